"""Causes on generated data through the whole pipeline, with rules of three branches changing on one day."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import read_rulebook
from tests.causes import oracle
from tests.pipeline.conftest import CHANGED_ON, CHANGES

Reading = Callable[[Home], duckdb.DuckDBPyConnection]
BEFORE = CHANGED_ON - timedelta(days=1)


def customers(connection: duckdb.DuckDBPyConnection, day: Any) -> dict[int, dict[str, Any]]:
    result = connection.execute("select * from mart.customer_wide where day = ?", [day])
    names = [column[0] for column in result.description]
    rows = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    return {row["customer_key"]: row for row in rows}


def test_causes_are_those_told_one_by_one(computed: Home, reading: Reading, rules: Path) -> None:
    connection, book = reading(computed), read_rulebook(rules)
    first, last = customers(connection, BEFORE), customers(connection, CHANGED_ON)
    told: Counter[tuple[str, ...]] = Counter()
    for key in first.keys() & last.keys():
        x0, x1 = first[key], last[key]
        if (x0["province"], x0["city"]) == (x1["province"], x1["city"]):
            before, after = oracle.leaf(book, BEFORE, x0), oracle.leaf(book, CHANGED_ON, x1)
            told[(before, after, oracle.cause(before, oracle.leaf(book, BEFORE, x1), after))] += 1
    found = connection.execute(
        "select from_segment, to_segment, cause, sum(customers) from mart.segment_transition_daily "
        "where day = ? and cause <> 'population' group by all",
        [CHANGED_ON],
    ).fetchall()
    assert Counter({row[:-1]: row[-1] for row in found}) == told


def test_only_changed_branches_move_by_rule_and_only_on_that_day(computed: Home, reading: Reading) -> None:
    moved = (
        reading(computed)
        .execute(
            "select distinct day, if(list_contains($orgs, city), city, province) "
            "from mart.segment_transition_daily where cause in ('rule', 'both')",
            {"orgs": list(CHANGES)},
        )
        .fetchall()
    )
    assert {day for day, _ in moved} == {CHANGED_ON}
    assert {"320000", "370000"} <= {org for _, org in moved} <= set(CHANGES)
