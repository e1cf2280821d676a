"""Daily transition facts: who moved from which segment to which, since the day before, and why."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.segments import province_scope

DAY = timedelta(days=1)


def days_to_compare(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> list[date]:
    """Of `days` and the days after them, those whose own segments and whose day before's are there."""
    computed = {
        row[0]
        for row in connection.execute(
            "select distinct day from int.computed_day where kind = 'segments'"
        ).fetchall()
    } | set(days)
    wanted = set(days) | {day + DAY for day in days}
    return sorted(day for day in wanted if day in computed and day - DAY in computed)


def write_transitions(connection: duckdb.DuckDBPyConnection, day: date, provinces: Sequence[str] = ()) -> int:
    """Replaces mart.segment_transition_daily of `day` (of these provinces); returns the rows written."""
    return lake.replace_partition(
        connection,
        "mart.segment_transition_daily",
        "day = $day and ($all_provinces or list_contains($provinces, province))",
        published.statement("segment_transition_daily"),
        {"day": day, "day_before": day - DAY, **province_scope(provinces)},
    )
