"""Why one customer is where it is, and why it moved."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mofang_pipeline.explanations import Flip, Move, Standing, customer_row, move, steps
from mofang_pipeline.rulebook import Rulebook, read_rulebook
from tests.causes import oracle
from tests.causes.two_days import D0, D1, bank, rulebook
from tests.rulebook.rulebook_cases import REAL, bound, customer, paying


def at(book: Rulebook, day: date, **values: Any) -> Standing:
    return Standing(customer(**{"province": "P1", "city": "C1", "aum_fen": 0} | values), book, day)


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return rulebook(tmp_path / "rules", {"C1": {"window": "{value: 10, from: 2026-03-31}"}})


def test_the_path_tells_every_condition_tried(book: Rulebook) -> None:
    found = steps(at(book, D1, days_since_last_paid=12, age=None))
    assert [(each.node.id, each.condition, each.values, each.result, each.taken) for each in found] == [
        ("root", "", {}, True, True),
        ("NEVER", "days_since_last_paid is null", {"days_since_last_paid": 12}, False, False),
        ("NOW", "days_since_last_paid < 10", {"days_since_last_paid": 12}, False, False),
        ("GONE", "otherwise", {}, True, True),
        ("G_OLD", "age >= 65", {"age": None}, None, False),
        ("G_YOUNG", "otherwise", {}, True, True),
    ]


def test_a_citys_own_split_is_asked(book: Rulebook) -> None:
    found = steps(at(book, D0, days_since_last_paid=5, aum_fen=60_000, age=50))
    assert [each.node.id for each in found if each.taken] == ["root", "NOW", "RICH", "RICH_C1_A"]


def test_a_move_by_rule_names_the_threshold(book: Rulebook) -> None:
    then, now = at(book, D0, days_since_last_paid=12), at(book, D1, days_since_last_paid=13)
    masked = Standing(now.row, book, D0)
    assert move(then, masked, now) == Move(
        "POOR",
        "G_YOUNG",
        "rule",
        "root",
        (Flip("NOW", "days_since_last_paid < :window", True, False, 12, 13, "30", "10"),),
    )


def test_who_moved_to_another_city_is_population(book: Rulebook) -> None:
    then, now = at(book, D0, days_since_last_paid=12), at(book, D1, days_since_last_paid=12, city="C2")
    assert move(then, Standing(now.row, book, D0), now).cause == "population"


def test_nothing_flips_where_nothing_moves(book: Rulebook) -> None:
    then = at(book, D0, days_since_last_paid=5)
    assert move(then, then, then) == Move("POOR", "POOR", "same", "POOR", ())


@pytest.mark.parametrize(
    "row", [paying(12), paying(95, aum_fen=None), bound(), customer(age=None), customer(age=12)]
)
def test_the_main_trees_path_is_the_oracles(row: dict[str, Any]) -> None:
    real = read_rulebook(REAL)
    assert [each.node.id for each in steps(Standing(row, real, D1)) if each.taken] == oracle.path(
        real, D1, row
    )


def test_a_customer_is_found_by_key_or_token(book: Rulebook) -> None:
    connection = bank({D0: [customer(province="P1", city=None)]}, {})
    connection.execute(
        "create schema landed; create table landed.customer_identity as select 0 as customer_key, 'ab1' as token"
    )
    found = [customer_row(connection, name, D0) for name in ("0", "ab1", "1", "ab2", "0' or '1'='1")]
    assert [each and each["customer_key"] for each in found] == [0, 0, None, None, None]
