"""No computed day breaks what the proof of the rulebook assumes of customers."""

from collections.abc import Callable

import duckdb

from mofang_pipeline.home import Home
from mofang_pipeline.rulebook.columns import ALWAYS, ALWAYS_GIVEN
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.sql import syntax


def test_every_assumption_holds(computed: Home, reading: Callable[[Home], duckdb.DuckDBPyConnection]) -> None:
    conditions = {
        each.condition: syntax(parse_condition(each.condition, {})).sql(dialect="duckdb") for each in ALWAYS
    }
    conditions |= {name: f"w.{name} is not null" for name in ALWAYS_GIVEN}
    counted = ", ".join(f"count(*) filter (not ({sql}))" for sql in conditions.values())
    row = reading(computed).execute(f"select {counted} from mart.customer_wide as w").fetchone()
    assert {
        condition: broken for condition, broken in zip(conditions, row or (), strict=True) if broken
    } == {}
