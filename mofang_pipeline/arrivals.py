"""Which days are due: what has landed, what is computed, what has not arrived. Never the clock."""

from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.home import Home
from mofang_pipeline.landing import arrived_days, pending

REQUIRED = ("customer", "account", "payment")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Due:
    """The days first..last to compute in one run, or none and why."""

    days: tuple[date, date] | None
    reason: str


def due_days(home: Home) -> Due:
    """Complete days after the last computed one (at first, only the last of them), or a day to restate.

    A day is complete when every required table has a file for it, empty or not.
    """
    arrived = arrived_days(home.landing)
    complete = set.intersection(*(arrived.get(table, set()) for table in REQUIRED))
    computed = _computed_days(home)
    if not computed:
        return _first_day(complete, arrived)
    last = max(computed)
    following = _without_gap(last, complete)
    if following:
        return Due((following[0], following[-1]), f"{following[-1]} has arrived")
    if files := _unloaded(home, last):
        return Due((last, last), f"{files} file(s) of computed days have arrived since")
    return Due(None, f"{last + DAY}: {_missing(last + DAY, arrived)} not arrived")


def has_landed(home: Home, last: date) -> bool:
    """Whether there is anything to compute days up to `last` from. Files may be taken away once they are loaded."""
    days = set().union(*arrived_days(home.landing).values())
    return any(day <= last for day in days) or bool(_computed_days(home))


def _first_day(complete: set[date], arrived: dict[str, set[date]]) -> Due:
    if complete:
        return Due((max(complete), max(complete)), "the first day to compute")
    landed = set().union(*arrived.values()) if arrived else set()
    return Due(
        None,
        f"{max(landed)}: {_missing(max(landed), arrived)} not arrived" if landed else "nothing has landed",
    )


def _without_gap(last: date, complete: set[date]) -> list[date]:
    days: list[date] = []
    while (day := last + DAY * (len(days) + 1)) in complete:
        days.append(day)
    return days


def _missing(day: date, arrived: dict[str, set[date]]) -> str:
    return ", ".join(table for table in REQUIRED if day not in arrived.get(table, set()))


def _computed_days(home: Home) -> set[date]:
    if not any(home.lake.iterdir()):
        return set()  # there is no lake yet to connect to
    connection = lake.connect(home, read_only=True)
    try:
        rows = connection.execute(
            "select distinct day from int.computed_day where kind = 'segments'"
        ).fetchall()
    except duckdb.CatalogException:
        return set()  # nothing was ever run
    finally:
        connection.close()
    return {row[0] for row in rows}


def _unloaded(home: Home, last: date) -> int:
    connection = lake.connect(home, read_only=True)
    try:
        return len(pending(connection, home.landing, last))
    finally:
        connection.close()
