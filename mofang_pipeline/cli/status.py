"""`mofang status`: for each day what has landed, what is computed, what is stale, what failed and why."""

from collections import defaultdict
from datetime import date
from typing import Any

from mofang_pipeline.arrivals import REQUIRED
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows
from mofang_pipeline.cli.reading import newest_lake
from mofang_pipeline.home import Home
from mofang_pipeline.landing import arrived_days

COLUMNS = ("day", "landed", "computed", "stale", "failed", "not_arrived", "reason")
DAYS = """
    select
        day, bool_or(landed) as landed, bool_and(computed) as computed, bool_or(stale) as stale,
        bool_or(blocked) as failed, string_agg(distinct reason, '; ' order by reason) as reason
    from mart.day_status
    group by day
"""


def status(home: Home) -> Rows:
    """One row per day that has landed files or was ever computed, in order."""
    arrived, computed = arrived_tables(home), _computed(home)
    days = sorted({*arrived, *computed})
    return Rows(COLUMNS, [_row(day, arrived.get(day, set()), computed.get(day)) for day in days])


def _row(day: date, tables: set[str], known: dict[str, Any] | None) -> tuple[Any, ...]:
    known = known or {"landed": False, "computed": False, "stale": False, "failed": False, "reason": None}
    missing = ", ".join(table for table in REQUIRED if table not in tables)
    landed = bool(tables) or known["landed"]
    return (day, landed, known["computed"], known["stale"], known["failed"], missing, known["reason"])


def arrived_tables(home: Home) -> dict[date, set[str]]:
    """The tables of which a file has arrived, by day."""
    arrived: dict[date, set[str]] = defaultdict(set)
    for table, days in arrived_days(home.landing).items():
        for day in days:
            arrived[day].add(table)
    return arrived


def _computed(home: Home) -> dict[date, dict[str, Any]]:
    try:
        with newest_lake(home) as connection:
            result = connection.execute(DAYS)
            names = [column[0] for column in result.description]
            records = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    except CommandError:  # nothing computed yet is a status too
        return {}
    return {record["day"]: record for record in records}
