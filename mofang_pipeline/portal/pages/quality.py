"""Data quality: the days by state, what was refused and why, which checks failed, how fresh each table is.

Landed files and checks are of the whole bank: people of head office see counts and reasons, a branch only that there
is something. A branch's days are its province's. Never a value of a row.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.arrivals import REQUIRED
from mofang_pipeline.landing.contract import TABLES
from mofang_pipeline.portal.asked import Answer, Asked, get
from mofang_pipeline.portal.reading import Row, fetch

WINDOWS = (14, 35, 90)
KNOWN_DAYS = "select min(day) as first, max(day) as last from mart.day_status"
LEVEL = "select level from mart.organisation where org_code = $org"
DAYS = """
    with province as (
        select tier1.org_code, tier1.name_zh, tier1.name_en
        from mart.organisation as tier1
        inner join mart.organisation as asked on asked.org_code = $org
        where tier1.level = 'tier1'
            and (asked.level = 'hq' or tier1.org_code in (asked.org_code, asked.parent_code))
    ),

    -- Stale because of rows that the next run takes in; the other stale days lack rows that came too late for any run.
    awaited as (
        select distinct segments.day, segments.province
        from int.computed_day as segments
        inner join landed.touch as touch
            on segments.load_id < touch.load_id and segments.day >= touch.known_day
        where segments.kind = 'segments' and segments.day between $first and $last
    ),

    state as (
        select
            status.*, province.name_zh, province.name_en, awaited.day is not null as is_awaited,
            awaited.day is not null or blocked or not computed as is_behind
        from mart.day_status as status
        inner join province on status.province = province.org_code
        left join awaited on status.day = awaited.day and status.province = awaited.province
        where status.day between $first and $last
    )

    select
        day, count(*) as provinces, count(*) filter (landed) as landed, count(*) filter (computed) as computed,
        count(*) filter (is_awaited) as awaited, count(*) filter (stale) as stale, count(*) filter (blocked) as blocked,
        list(name_zh order by province) filter (is_behind) as behind_zh,
        list(name_en order by province) filter (is_behind) as behind_en
    from state
    group by day
    order by day
"""
# The newest version of a file is the one that counts: what an older one lacked is mended.
FRESH = """
    select
        "table", max(dt) filter (status = 'loaded') as last_day,
        arg_max(rows_loaded, dt) filter (status = 'loaded') as rows_loaded
    from mart.landing_file
    group by "table"
"""
FILES = """
    with version as (
        select *, load_id = max(load_id) over (partition by "table", dt, file) as is_open
        from mart.landing_file
        where dt between $first and $last
    )

    select dt as day, "table", status, reason, is_open, count(*) as files
    from version
    where status <> 'loaded'
    group by all
    order by day desc, "table", reason
"""
ROWS = """
    with newest as (
        select "table", dt, file, max(load_id) as load_id
        from mart.landing_file
        where dt between $first and $last
        group by all
    )

    select
        refused.dt as day, refused."table", refused."column", refused.reason,
        refused.load_id >= newest.load_id as is_open, count(*) as rows
    from mart.quarantine as refused
    inner join newest
        on refused."table" = newest."table" and refused.dt = newest.dt and refused.file = newest.file
    where refused."row" is not null
    group by all
    order by day desc, rows desc, "table", "column", refused.reason
"""
CHECKS = """
    select day, table_name as "table", check_name as "check", severity, failing_rows, reason
    from mart.data_quality_result
    where not passed and day between $first and $last
    order by severity, day desc, table_name, check_name
"""
FOR_HEAD_OFFICE = ("reason", "column", "rows", "files", "failing_rows")


def state(asked: Asked) -> Answer:
    """All of the page: the window's days, the tables, and what went wrong in the window."""
    org, sees_all = asked.org(), _sees_all(asked)
    published = asked.lake.published().last_day
    with _now(asked) as connection:
        first, last = _window(
            fetch(connection, KNOWN_DAYS, {})[0], published, asked.number("days", WINDOWS[1])
        )
        values = {"org": org, "first": first, "last": last}
        days = {row["day"]: row for row in fetch(connection, DAYS, values)}
        tables = _tables(fetch(connection, FRESH, {}), last, sees_all)
        files, rows, checks = (
            [_told(row, sees_all) for row in fetch(connection, query, values)]
            for query in (FILES, ROWS, CHECKS)
        )
    window = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {
        "org": org,
        "first": first,
        "last": last,
        "published": published,
        "sees_all": sees_all,
        "days": [_day(day, days.get(day.isoformat())) for day in window],
        "tables": tables,
        "files": _distinct(files),
        "rows": _distinct(rows),
        "checks": checks,
    }


def _window(known: Row, published: date, days: int) -> tuple[date, date]:
    """The last days, but none before the first of which anything is known."""
    last = max(date.fromisoformat(known["last"]), published) if known["last"] else published
    first = last - timedelta(days=(days if days in WINDOWS else WINDOWS[1]) - 1)
    return (max(first, date.fromisoformat(known["first"])) if known["first"] else first), last


def _sees_all(asked: Asked) -> bool:
    return asked.rows(LEVEL, org=asked.viewer.org_code) == [{"level": "hq"}]


@contextmanager
def _now(asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as it is: what went wrong last night is what was not published."""
    with closing(lake.connect(asked.home, read_only=True)) as connection:
        yield connection


def _day(day: date, row: Row | None) -> Row:
    if row is None:
        return {"day": day, "state": "missing", "behind_zh": [], "behind_en": []}
    return {
        **row,
        "state": _state(row),
        "behind_zh": row["behind_zh"] or [],
        "behind_en": row["behind_en"] or [],
    }


def _state(row: Row) -> str:
    """The gravest that any province has; `late` is whole but for rows that came after the restatement window."""
    if row["blocked"]:
        return "blocked"
    if row["awaited"]:
        return "stale"
    if row["computed"] < row["provinces"]:
        return "landed" if row["landed"] else "missing"
    return "late" if row["stale"] else "computed"


def _tables(rows: list[Row], last: date, sees_all: bool) -> list[Row]:
    """Every landed table in the contract's order, with its last day and how many days it is behind."""
    known = {row["table"]: row for row in rows}
    told = []
    for table in TABLES:
        row = known.get(table.name, {"last_day": None, "rows_loaded": None})
        behind = (last - date.fromisoformat(row["last_day"])).days if row["last_day"] else None
        told.append(
            {
                "table": table.name,
                "is_required": table.name in REQUIRED,
                "last_day": row["last_day"],
                "days_behind": behind,
                "rows": row["rows_loaded"] if sees_all else None,
            }
        )
    return told


def _told(row: Row, sees_all: bool) -> Row:
    return row if sees_all else {**row, **{name: None for name in FOR_HEAD_OFFICE if name in row}}


def _distinct(rows: list[Row]) -> list[Row]:
    """Without reasons several rows are one."""
    return list({tuple(row.values()): row for row in rows}.values())


WAYS = [get("/state", state)]
