"""The books of what is computed: int.computed_day, a row by kind, day and province with the loads that it knows.

Kinds: ledger and state (what dbt keeps up), wide, segments (by province), published, reconciled. What a run is to
compute follows from them (plan.py).
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import duckdb

STATES_KEPT = 40  # of the latest days; a restatement or a gap of a few weeks rolls on from one of them
STATE_TABLES = tuple(
    f"int.int_{name}_state"
    for name in ("activity", "payment_day", "institution", "customer", "account", "agreement")
)
DAY = timedelta(days=1)


def last_load(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select coalesce(max(load_id), 0) from landed.touch").fetchone()
    return int(row[0]) if row else 0


def mark_computed(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    days: Iterable[date],
    load_id: int,
    provinces: Sequence[str] = ("",),
) -> None:
    """Writes in the books that `days` (of `provinces`) now know all loads up to `load_id`."""
    rows = [(day, province) for day in days for province in provinces]
    if not rows:
        return
    keys = {"kind": kind, "days": [day for day, _ in rows], "provinces": [province for _, province in rows]}
    connection.execute("begin")
    connection.execute(
        "delete from int.computed_day where kind = $kind and (day, province) in "
        "(select unnest($days), unnest($provinces))",
        keys,
    )
    connection.execute(
        "insert into int.computed_day select $kind, unnest($days), unnest($provinces), $load_id",
        {**keys, "load_id": load_id},
    )
    connection.execute("commit")


def mark_segmented(
    connection: duckdb.DuckDBPyConnection, days: Sequence[date], provinces: Sequence[str]
) -> None:
    """Writes in the books that the segments of `days` and `provinces` know what the wide table knows."""
    _mark_like_wide(connection, "segments", days, provinces)


def mark_published(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> None:
    """Writes in the books that all that follows from the wide table of `days` is made."""
    _mark_like_wide(connection, "published", days, [""])


def _mark_like_wide(
    connection: duckdb.DuckDBPyConnection, kind: str, days: Sequence[date], provinces: Sequence[str]
) -> None:
    known = dict(
        connection.execute("select day, load_id from int.computed_day where kind = 'wide'").fetchall()
    )
    for load_id in {known[day] for day in days}:
        mark_computed(connection, kind, [day for day in days if known[day] == load_id], load_id, provinces)


def has_unpublished_days(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether some day's wide table is newer than what readers see of it: a night that was blocked or is under way."""
    found = connection.execute(
        """
        select 1
        from int.computed_day as wide
        left join int.computed_day as shown on shown.kind = 'published' and wide.day = shown.day
        where wide.kind = 'wide' and shown.load_id is distinct from wide.load_id
        limit 1
        """
    ).fetchone()
    return found is not None


def forget_old_states(connection: duckdb.DuckDBPyConnection) -> str:
    """Deletes kept-up state that no run will roll on from: all but the last days and each month's last one.

    Returns a line that says what is kept.
    """
    query = "select day from int.computed_day where kind = 'state' order by day"
    states = [row[0] for row in connection.execute(query).fetchall()]
    kept = {day for day in states if (day + DAY).day == 1} | set(states[-STATES_KEPT:])
    forgotten = [day for day in states if day not in kept]
    if forgotten:
        connection.execute("begin")
        for table in STATE_TABLES:
            connection.execute(
                f"delete from {table} where day in (select unnest($days))", {"days": forgotten}
            )
        connection.execute(
            "delete from int.computed_day where kind = 'state' and day in (select unnest($days))",
            {"days": forgotten},
        )
        connection.execute("commit")
    return f"{len(kept)} day(s)"
