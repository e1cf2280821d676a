"""Days -> mart.campaign_reconciliation and mart.campaign_break, each day as it was known on that day."""

from collections.abc import Callable, Sequence
from datetime import date

import duckdb

from mofang_pipeline import computed_days, lake, plan
from mofang_pipeline.reconciliation import carrying, facts, matching
from mofang_pipeline.reconciliation.facts import Match, Terms

Progress = Callable[[str], None]


def days_to_reconcile(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, *, restatement_days: int
) -> list[date]:
    """The days first..last, and reconciled ones before that later reward rows belong to, within the window."""
    rows = connection.execute(
        f"""
        select distinct reconciled.day
        from int.computed_day as reconciled
        inner join landed.touch as touch
            on reconciled.load_id < touch.load_id and reconciled.day >= touch.known_day
        where
            reconciled.kind = 'reconciled' and touch.table_name in ({carrying.REWARD_TABLES})
            and reconciled.day >= (
                select greatest(max(day), $last) - cast($restatement_days as integer)
                from int.computed_day where kind = 'reconciled'
            )
        """,
        {"last": last, "restatement_days": restatement_days},
    ).fetchall()
    asked = {first + plan.DAY * offset for offset in range((last - first).days + 1)}
    return sorted(asked | {row[0] for row in rows})


def reconcile_days(
    connection: duckdb.DuckDBPyConnection,
    days: Sequence[date],
    *,
    terms: Terms,
    matches: Sequence[Match] = (),
    anew: bool = False,
    progress: Progress = lambda _: None,
) -> dict[str, int]:
    """Replaces both tables' rows of `days`; returns how many items and breaks the last of them has.

    `anew` counts every campaign; else those in which nothing can have changed are carried on, with the same rows.
    """
    ordered = sorted(days)
    load_id = computed_days.last_load(connection)
    with lake.outside(connection):
        facts.read_logs(connection, ordered[-1])
        base = carrying.start(connection, ordered[0])
        for day in ordered:
            _reconcile(connection, None if anew else base, day, terms, matches)
            base = day
            progress(f"reconciled {day}")
        _write(connection, ordered)
        counted = _counted(connection, ordered[-1])
    computed_days.mark_computed(connection, "reconciled", ordered, load_id)
    return counted


def _reconcile(
    connection: duckdb.DuckDBPyConnection,
    base: date | None,
    day: date,
    terms: Terms,
    matches: Sequence[Match],
) -> None:
    facts.read_campaigns(connection, day)
    facts.read_matches(connection, matches, day)
    unsaid = carrying.note_basis(connection, day, terms)
    is_changed = base is None or carrying.find_scope(connection, base, day, unsaid)
    if base is None:
        facts.know_everything(connection, day)
    elif is_changed:
        facts.know_campaigns(connection, day)
    if is_changed:
        matching.match(connection, day, terms)
        matching.add_results(connection, day)
    if base is not None:
        carrying.carry(connection, base, day)
    carrying.add_basis(connection, day, unsaid)


def _write(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> None:
    """All of `days` at once: readers and a crash find whole days."""
    listed = ", ".join(f"date '{day}'" for day in days)  # written out, so that whole partitions are skipped
    connection.execute("begin")
    try:
        for result, table in carrying.RESULTS.items():
            connection.execute(f"delete from {table} where day in ({listed})")
            connection.execute(f"insert into {table} by name select * from {result} where day in ({listed})")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _counted(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, int]:
    row = connection.execute(
        """
        select
            (select coalesce(sum(items), 0) from result_sum where day = $day),
            (select count(*) from result_break where day = $day)
        """,
        {"day": day},
    ).fetchone()
    assert row is not None
    return {"items": int(row[0]), "breaks": int(row[1])}
