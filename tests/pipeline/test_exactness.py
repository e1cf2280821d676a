"""The wide table against the plain oracle, and the same rows whatever the order of days."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pytest

from mofang_pipeline.home import Home
from tests.pipeline.conftest import FIRST, LAST, run

ORACLE = (Path(__file__).parent / "wide_oracle.sql").read_text(encoding="utf-8")
Reading = Callable[[Home], duckdb.DuckDBPyConnection]
TABLES = (
    "mart.customer_wide",
    "mart.segment_membership",
    "mart.segment_profile_daily",
    "mart.segment_distribution_daily",
    "mart.segment_edge_daily",
    "mart.segment_transition_daily",
)
OF_ONE_DAY = (  # the others compare the day with the one before
    "mart.customer_wide",
    "mart.segment_membership",
    "mart.segment_distribution_daily",
    "mart.segment_edge_daily",
)


def differing_rows(connection: duckdb.DuckDBPyConnection, day: date) -> int:
    """Rows of either side that the other does not have."""
    oracle = ORACLE.replace("$day", f"date '{day}'")
    columns = ", ".join(
        row[0]
        for row in connection.execute(
            "select column_name from duckdb_columns() where table_name = 'customer_wide' order by column_index"
        ).fetchall()
    )
    wide = f"select {columns} from mart.customer_wide where day = date '{day}'"
    told = f"select {columns} from ({oracle})"
    row = connection.execute(
        f"select (select count(*) from ({wide} except all {told})) + (select count(*) from ({told} except all {wide}))"
    ).fetchone()
    return int(row[0]) if row else -1


def contents(
    connection: duckdb.DuckDBPyConnection,
    first: date = FIRST,
    last: date = LAST,
    tables: Sequence[str] = TABLES,
) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(
            connection.execute(f"select * from {table} where day between ? and ?", [first, last]).fetchall(),
            key=repr,
        )
        for table in tables
    }


@pytest.mark.parametrize("day", [FIRST, date(2026, 2, 4), LAST])
def test_wide_table_equals_its_plain_telling(computed: Home, reading: Reading, day: date) -> None:
    assert differing_rows(reading(computed), day) == 0


def test_any_order_of_days_gives_the_same_rows(
    computed: Home, new_home: Callable[[str], Home], reading: Reading
) -> None:
    """With a leap longer than the restatement window: what comes late in the days between belongs to the day before.

    That day is looked at after the leap, before the last run computes it once more on its way to the days between.
    """
    shuffled = new_home("shuffled")
    early, late = date(2026, 2, 3), LAST
    for day in (early, late):
        run(shuffled, day, day)
    for day in (early, late):
        assert contents(reading(shuffled), day, day, OF_ONE_DAY) == contents(
            reading(computed), day, day, OF_ONE_DAY
        )
    run(shuffled, FIRST, date(2026, 2, 6))
    assert contents(reading(shuffled)) == contents(reading(computed))


def test_a_second_run_changes_nothing(computed: Home, reading: Reading) -> None:
    before = contents(reading(computed))
    run(computed, date(2026, 2, 3), date(2026, 2, 4))
    assert contents(reading(computed)) == before


def test_a_province_computed_alone_changes_nothing_else(
    computed: Home, new_home: Callable[[str], Home], reading: Reading
) -> None:
    before = contents(reading(computed))
    run(computed, date(2026, 2, 3), date(2026, 2, 3), "410000")
    assert contents(reading(computed)) == before


def test_flows_of_a_day_add_up_to_both_days_segments(computed: Home, reading: Reading) -> None:
    connection = reading(computed)
    differences = connection.execute(
        """
        with
        counts as (
            select day, province, city, segment, count(*) as customers from mart.segment_membership group by all
        ),
        flows as (
            select day, province, city, to_segment as segment, sum(customers) as customers
            from mart.segment_transition_daily where to_segment not like '(%' group by all
            union all
            select cast(day - 1 as date), province, city, from_segment, sum(customers)
            from mart.segment_transition_daily where from_segment not like '(%' group by all
        )
        select count(*)
        from flows full join counts on
            flows.day = counts.day and flows.province = counts.province
            and flows.city is not distinct from counts.city and flows.segment = counts.segment
        where flows.customers is distinct from counts.customers
        """
    ).fetchone()
    assert differences == (0,)
