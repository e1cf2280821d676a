"""What other rules cost, on wide rows made in SQL: previews of one and of eight trials, causes with and without a
change of rules, a window under the earlier rules, and a link's reasons.

python -m benchmarks.other_rules --customers 1000000
"""

import argparse
import time
from collections.abc import Callable
from datetime import date, timedelta

import duckdb

from mofang_pipeline import flows, published, reasons, replay, segments, transitions, trees, trials
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import (
    Override,
    Rulebook,
    read_rulebook,
    require_valid,
    with_override,
)
from mofang_pipeline.rulebook.columns import COLUMNS

DAY = date(2026, 6, 30)
BEFORE = DAY - timedelta(days=1)
TYPES = {"int": "integer", "money": "bigint", "date": "date", "text": "varchar", "bool": "boolean"}
TABLES = """
create table main.place as
select org_code as city, parent_code as province, row_number() over () - 1 as number
from main.organisation where level = 'tier2';
"""
# Every column drawn by hash; a customer's day changes a twentieth of them.
DRAWN = {
    "int": "cast(hash(draw, '{name}') % 200 as integer)",
    "money": "cast(hash(draw, '{name}') % 12000000 as bigint)",
    "date": "date '2026-06-30' - cast(hash(draw, '{name}') % 900 as integer)",
    "text": "'active'",
    "bool": "hash(draw, '{name}') % 4 > 0",
}
DRAWN_OTHERWISE = {
    "day": "day",
    "province": "province",
    "city": "city",
    "age": "cast(18 + hash(customer_key) % 70 as integer)",
    "debit_cards": "cast(hash(customer_key, 'c') % 8 as integer)",
    "bound_agreements": "cast(hash(customer_key, 'b') % 3 as integer)",
    "bound_institutions": "cast(hash(customer_key, 'b') % 3 as integer)",
    "days_since_last_paid": "if(hash(customer_key, 'p') % 5 = 0, null, cast(hash(draw, 'p') % 400 as integer))",
    "pay_cnt_30d": "cast(hash(draw, 'n') % 50 as integer)",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    rulebook = require_valid(read_rulebook(Home().rulebook))
    connection = bank(rulebook, customers)
    print(f"{customers:,} customers, {Home().threads} threads")
    _previews(connection, rulebook)
    _causes(connection, rulebook)


def _previews(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook) -> None:
    tried = [trials.Trial(f"{days} days", {"active_days": days}) for days in range(20, 36, 2)]
    for org in ("000000", "410000"):
        for number in (1, 8):
            for trial in tried[:number]:
                trials.with_trial(rulebook, org, trial)
            timed(
                f"preview {org}, {number} trial(s), checked before",
                lambda org=org, number=number: trials.preview(connection, rulebook, org, tried[:number], DAY),
            )
    fresh = trials.Trial("fresh", {"active_days": 41})
    timed("check and proof of one trial", lambda: trials.with_trial(rulebook, "410000", fresh))


def _causes(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook) -> None:
    three = rulebook
    for org in ("410000", "440000", "530000"):
        three = with_override(three, org, "active_days", Override(20, DAY))
    everybody = with_override(rulebook, "000000", "active_days", Override(20, DAY))
    for name, book in (("no rule", rulebook), ("three branches", three), ("all branches", everybody)):
        for day in (BEFORE, DAY):
            trees.write_tree(connection, book, [day])
            timed(
                f"{name} changed: segments of {day}",
                lambda day=day, book=book: segments.write_membership(connection, book, day),
            )
        rules = replay.everywhere(book)
        timed(
            f"{name} changed: transitions",
            lambda rules=rules: transitions.write_transitions(connection, DAY, rules, rules),
        )
        window = flows.Window("000000", "hq", BEFORE, DAY, rules, rules)
        timed(
            f"{name} changed: same-rules flow",
            lambda window=window: flows.same_rules(connection, window).fetchall(),
        )
        timed(
            f"{name} changed: reasons of a link",
            lambda window=window: reasons.reasons(connection, window, "ACTIVE", "SLIDING"),
        )


def bank(rulebook: Rulebook, customers: int) -> duckdb.DuckDBPyConnection:
    """Two days of wide rows of all branches and cities."""
    home = Home()
    connection = duckdb.connect(config={"threads": home.threads, "memory_limit": home.memory_limit})
    connection.execute("create schema mart; create schema int; create schema landed; use mart")
    connection.execute(
        "create table main.organisation (org_code varchar, parent_code varchar, level varchar)"
    )
    rows = [(org.org_code, org.parent_code, org.level) for org in rulebook.organisations.values()]
    connection.executemany("insert into main.organisation values (?, ?, ?)", rows)
    connection.execute(TABLES)
    for part in published.TABLES:
        connection.execute(published.statement(f"tables/{part}"))
    cities = sum(row[2] == "tier2" for row in rows)
    columns = ", ".join(
        f"cast({DRAWN_OTHERWISE.get(name, DRAWN[kind].format(name=name))} as {TYPES[kind]}) as {name}"
        for name, kind in COLUMNS.items()
    )
    timed("made up", lambda: connection.execute(
        f"""
        create table mart.customer_wide as
        with person as (
                select customer_key, cast(hash(customer_key, 'home') % {cities} as bigint) as home
                from range({int(customers)}) as r (customer_key)
            ),
            customer as (
                select
                    day, customer_key, province, city,
                    if(hash(customer_key, day) % 20 = 0, hash(customer_key, day), hash(customer_key)) as draw
                from person
                inner join main.place on person.home = place.number
                cross join (values (date '{BEFORE}'), (date '{DAY}')) as d (day)
            )
            select customer_key, {columns} from customer order by day, province, customer_key
        """
    ))  # fmt: skip
    return connection


def timed(name: str, work: Callable[[], object]) -> None:
    started = time.monotonic()
    work()
    print(f"{name:<50} {time.monotonic() - started:8.2f} s", flush=True)


if __name__ == "__main__":
    main()
