"""Which days a run computes, and from which earlier day each is rolled on.

Pure over the lake's books: landed.touch says which days every load changed, int.computed_day what each computed day
knows. So the plan is the same whoever asks, in whatever order days are filled, and after any crash.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import chain

import duckdb
import yaml

from mofang_pipeline import computed_days
from mofang_pipeline.home import REPOSITORY

NO_BASE = date(1900, 1, 1)  # rolled on from nothing: everything landed is read
FARTHEST_ROLL = 92  # days; from farther back, starting anew reads less
LEDGER_CHUNK = 31  # days of ledger written in one transaction
WINDOWS = REPOSITORY / "dbt_project" / "dbt_project.yml"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """Days first..last, written as one partition replacement; `base` is the state day rolled on from."""

    first: date
    last: date
    base: date = NO_BASE

    def as_vars(self) -> dict[str, str]:
        """The window as dbt's `by_day` materialization reads it."""
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "base": self.base.isoformat(),
            "crossed_days": crossed_days(self.base, self.first),
        }


@dataclass(frozen=True)
class Plan:
    """What one run computes with the loads up to `load_id`."""

    days: tuple[Window, ...]
    ledger_ranges: tuple[Window, ...]
    load_id: int

    def environment(self) -> dict[str, str]:
        """The plan as dbt_project/macros/{by_day,run_days}.sql read it."""
        return {
            "MOFANG_DAYS": json.dumps([window.as_vars() for window in self.days]),
            "MOFANG_LEDGER_RANGES": json.dumps([window.as_vars() for window in self.ledger_ranges]),
            "MOFANG_FIRST_DAY": self.days[0].first.isoformat(),
            "MOFANG_LAST_DAY": self.days[-1].last.isoformat(),
        }


def make_plan(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, *, restatement_days: int
) -> Plan:
    """The days first..last and those computed before that a load has changed within the restatement window."""
    requested = {first + DAY * offset for offset in range((last - first).days + 1)}
    days = sorted(requested | set(_restated(connection, last, restatement_days)))
    return Plan(
        days=tuple(_windows(days, _valid_states(connection))),
        ledger_ranges=tuple(_ledger_ranges(connection)),
        load_id=computed_days.last_load(connection),
    )


def mark_plan(connection: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Writes in the books that dbt has computed all of `plan`."""
    days = [window.first for window in plan.days]
    ledger_days = [
        window.first + DAY * offset
        for window in plan.ledger_ranges
        for offset in range((window.last - window.first).days + 1)
    ]
    computed_days.mark_computed(connection, "ledger", ledger_days, plan.load_id)
    computed_days.mark_computed(connection, "state", days, plan.load_id)
    computed_days.mark_computed(connection, "wide", days, plan.load_id)


def days_to_segment(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> list[date]:
    """The days first..last whose wide table is there, and restated ones that were published with an older one.

    A restated day that a critical check holds back is left out; the requested days are not, since the
    check itself stops the run before it comes here.
    """
    return _days(
        connection,
        """
        select distinct wide.day
        from int.computed_day as wide
        left join int.computed_day as shown on shown.kind = 'published' and wide.day = shown.day
        left join mart.data_quality_result as failed
            on wide.day = failed.day and failed.severity = 'critical' and not failed.passed
            and failed.table_name in ('landing_file', 'quarantine', 'dbt', 'customer_wide')
        where
            wide.kind = 'wide'
            and (
                wide.day between $first and $last
                or (shown.load_id < wide.load_id and failed.day is null)
            )
        order by wide.day
        """,
        {"first": first, "last": last},
    )


def crossed_days(base: date, day: date) -> str:
    """SQL list of the event days up to `base` that lay inside some window on `base` and do so no more on `day`."""
    if base == NO_BASE:
        return "cast(null as date)"
    crossed = {
        day - DAY * (edge + offset)
        for edge in _window_edges()
        for offset in range((day - base).days)
        if day - DAY * (edge + offset) <= base
    }
    return ", ".join(f"date '{each}'" for each in sorted(crossed)) or "cast(null as date)"


@cache
def _window_edges() -> frozenset[int]:
    """How many days back each rolling window of customer_wide begins or ends."""
    windows = yaml.safe_load(WINDOWS.read_text(encoding="utf-8"))["vars"]
    return frozenset(
        chain.from_iterable(each if isinstance(each, list) else [each] for each in windows.values())
    )


def _windows(days: Sequence[date], states: set[date]) -> Iterable[Window]:
    known = states - set(days)
    for day in days:
        base = max(
            (each for each in known if each < day and (day - each).days <= FARTHEST_ROLL), default=NO_BASE
        )
        yield Window(first=day, last=day, base=base)
        known.add(day)


def _restated(connection: duckdb.DuckDBPyConnection, last: date, restatement_days: int) -> list[date]:
    """Computed days that a later load has changed: within the window before the latest day, or before the day of a
    file that was not there yet when they were computed, as if the days between had been lived through one by one."""
    return _days(
        connection,
        """
        with
        behind as (
            select computed.day, computed.load_id as known_load, touch.load_id
            from int.computed_day as computed
            inner join landed.touch as touch
                on computed.load_id < touch.load_id and computed.day >= touch.known_day
            where computed.kind = 'wide'
            group by computed.day, computed.load_id, touch.load_id
        ),
        files as (select distinct load_id, dt from mart.landing_file),
        reached as (
            select behind.known_load, max(files.dt) as dt
            from (select distinct known_load from behind) as behind
            inner join files on files.load_id <= behind.known_load
            group by behind.known_load
        )
        select distinct behind.day
        from behind
        left join reached on behind.known_load = reached.known_load
        left join files
            on
                behind.load_id = files.load_id
                and files.dt > reached.dt
                and files.dt <= behind.day + cast($restatement_days as integer)
        where
            files.dt is not null
            or behind.day >= (
                select greatest(max(day), $last) - cast($restatement_days as integer)
                from int.computed_day where kind = 'wide'
            )
        """,
        {"last": last, "restatement_days": restatement_days},
    )


def _valid_states(connection: duckdb.DuckDBPyConnection) -> set[date]:
    """Days whose kept-up state is there and knows every load that touches it."""
    return set(
        _days(
            connection,
            """
            select state.day
            from int.computed_day as state
            where
                state.kind = 'state'
                and not exists (
                    select 1 from landed.touch as touch
                    where touch.load_id > state.load_id and touch.known_day <= state.day
                )
            """,
        )
    )


def _ledger_ranges(connection: duckdb.DuckDBPyConnection) -> Iterable[Window]:
    """From the first known day that a load has touched to the last: a refund may take back what another day knew."""
    row = connection.execute(
        """
        select min(touch.known_day), (select max(known_day) from landed.touch)
        from landed.touch as touch
        left join int.computed_day as ledger on ledger.kind = 'ledger' and touch.known_day = ledger.day
        where ledger.load_id is null or touch.load_id > ledger.load_id
        """
    ).fetchone()
    if row is None or row[0] is None:
        return
    first, last = row
    while first <= last:
        chunk_end = min(first + DAY * (LEDGER_CHUNK - 1), last)
        yield Window(first=first, last=chunk_end)
        first = chunk_end + DAY


def _days(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, object] | None = None
) -> list[date]:
    return [row[0] for row in connection.execute(query, parameters or {}).fetchall()]
