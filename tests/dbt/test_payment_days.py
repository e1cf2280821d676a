"""What payment days tell, rolled on over random windows from random earlier days, against plain counting.

The ledger has late rows and refunds from a day to 200 days old, so that settled days come, go and are settled anew.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]
import pytest

from mofang_pipeline.home import Home
from mofang_pipeline.plan import NO_BASE
from tests.dbt.conftest import Dbt

START, SPAN = date(2025, 1, 1), 420
LATE = (1, 2, 3, 10, 60, 100, 150)
REFUNDED = (0, 0, 1, 2, 5, 14, 40, 89, 90, 91, 92, 120, 200)
LEAPS = (1, 1, 1, 1, 2, 3, 7, 30, 60, 91, 92)
COLUMNS = (
    "customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on, "
    "settled_on, settled_before_on"
)

Row = tuple[date, date, int, int]  # known_day, event_day, customer_key, pay_cnt


@pytest.fixture(scope="module")
def model(home: Home, dbt: Dbt) -> str:
    """The compiled model, with the marks of its days still in it."""
    assert dbt("compile", "--select", "int_payment_day_state").success
    return next((home.folder("dbt") / "compiled").rglob("int_payment_day_state.sql")).read_text()


def ledger(chance: random.Random, *, customers: int) -> Iterator[Row]:
    for customer in range(customers):
        habit = chance.choice((0.002, 0.01, 0.02, 0.05, 0.2, 0.6))
        for offset in range(SPAN):
            if chance.random() < habit:
                day = START + timedelta(offset)
                for _ in range(chance.choice((1, 1, 1, 2))):
                    yield from _payment(chance, customer, day)


def _payment(chance: random.Random, customer: int, day: date) -> Iterator[Row]:
    known = day + timedelta(chance.choice(LATE) if chance.random() < 0.1 else 0)
    yield known, day, customer, 1
    if chance.random() < 0.3:
        refunded = known + timedelta(chance.choice(REFUNDED))
        yield refunded, day, customer, -1
        if chance.random() < 0.1:
            yield refunded + timedelta(chance.choice(LATE)), day, customer, 1


def told(rows: list[Row], day: date) -> list[tuple[object, ...]]:
    """The state of `day`, counted from all rows that are known by then."""
    net: dict[tuple[int, date], int] = defaultdict(int)
    for known, event, customer, pay_cnt in rows:
        if known <= day:
            net[customer, event] += pay_cnt
    days = defaultdict(list)
    for (customer, event), pay_cnt in sorted(net.items()):
        if pay_cnt > 0:
            days[customer].append(event)
    return [(customer, *_told_of(days[customer], day)) for customer in days]


def _told_of(days: list[date], day: date) -> tuple[object, ...]:
    gaps = [((later - earlier).days, later) for earlier, later in pairwise(days)]
    longest = max((gap for gap in gaps if gap[1] > day - timedelta(30)), default=(None, None))
    settled = [None, None, *(each for each in days if each <= day.replace(day=1) - timedelta(60))]
    return days[0], days[-1], gaps[-1][0] if gaps else None, *longest, settled[-1], settled[-2]


def windows(chance: random.Random) -> Iterator[tuple[date, date]]:
    """Days in order, each with one of the last four as its base, or now and then none."""
    done: list[date] = []
    day = START + timedelta(chance.randrange(120))
    while day < START + timedelta(SPAN):
        near = [each for each in done[-4:] if (day - each).days <= 92]
        yield day, chance.choice(near) if near and chance.random() < 0.95 else NO_BASE
        done.append(day)
        day += timedelta(chance.choice(LEAPS))


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("attach ':memory:' as lake")
        connection.execute("create schema lake.int")
        dates = ", ".join(f"{name} date" for name in COLUMNS.split(", ") if name.endswith("_on"))
        connection.execute(
            f"""create table lake.int.int_payment_day_state (
                day date, customer_key bigint, {dates}, last_gap_days integer, gap_before_return_days integer
            )"""
        )
        yield connection


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("without_settled_days", [False, True])
def test_rolled_on_as_counted(
    lake: duckdb.DuckDBPyConnection, model: str, seed: int, without_settled_days: bool
) -> None:
    """`without_settled_days`: every state rolled on from is of a lake that did not have these columns yet."""
    chance = random.Random(seed)
    rows = list(ledger(chance, customers=60))
    names = ("known_day", "event_day", "customer_key", "pay_cnt")
    landed = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    lake.execute(
        """create table lake.int.int_activity as
        select * exclude (pay_cnt), event_day <> known_day as is_late, sum(pay_cnt) as pay_cnt
        from landed group by all"""
    )
    assert landed.num_rows
    for day, base in windows(chance):
        filled = model.replace("__first__", str(day)).replace("__base__", str(base))
        lake.execute(f"insert into lake.int.int_payment_day_state by name {filled}")
        state = f"select {COLUMNS} from lake.int.int_payment_day_state where day = ? order by customer_key"
        assert lake.execute(state, [day]).fetchall() == told(rows, day), (day, base)
        if without_settled_days:
            lake.execute(
                "update lake.int.int_payment_day_state set settled_on = null, settled_before_on = null"
            )
