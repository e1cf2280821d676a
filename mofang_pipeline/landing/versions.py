"""Versions of one row: exact duplicates are left out, corrections put both versions on record, the rest is
added.

The event log only grows: a version is +1, and a version that another replaced is also -1, from the day on
which that was known. A dimension's version replaces the earlier one of its key and dt by its greater seq.
"""

from collections.abc import Set
from datetime import date

from mofang_pipeline.lake import sql_list
from mofang_pipeline.landing.tables import LANDED
from mofang_pipeline.landing.work import FILE_NO, ROW, Work, number


def store(work: Work, *, rows_before: int, stored_days: Set[date]) -> int:
    """Writes `work.resolved`'s good rows to the lake, but for duplicates, which go to the relation
    `duplicate`; returns the number of rows written, both signs counted.

    `rows_before` counts the table's rows read by all earlier loads, for seq; `stored_days` are the dts it
    has rows for.
    """
    _find_contested(work, stored_days)
    _find_duplicates(work)
    if work.table.is_event:
        _find_retracted(work)
    work.run(
        f"create or replace temp view {work.landed} as {_landed(work, _sequence_bases(work, rows_before))}"
    )
    return number(work.run(f"insert into {LANDED}.{work.table.name} by name select * from {work.landed}"))


def _find_contested(work: Work, stored_days: Set[date]) -> None:
    """Every version of the keys that have several: a row here per version in this chunk, and the lake's
    current one."""
    key = ", ".join(work.table.landed_key)
    contested = work.relation("contested")
    work.run(
        f"""create or replace temp table {contested} as
        select {key} from {work.resolved} where problem is null group by all having count(*) > 1"""
    )
    met_days = _find_met(work, stored_days if work.table.is_event else stored_days & set(work.days))
    columns = ", ".join(name for name, _ in work.table.landed if name not in ("known_day", "sign"))
    work.run(
        f"""create or replace temp table {work.relation("version")} as
        select position, false as stored, dt, {columns.replace("dt, ", "")}
        from {work.resolved} semi join {contested} using ({key}) where problem is null"""
    )
    if met_days:
        work.run(
            f"""insert into {work.relation("version")} by name
            select -1 as position, true as stored, dt, {columns}
            from {LANDED}.{work.table.name} semi join {work.relation("met")} using ({key})
            where dt in ({sql_list(met_days)}) {"and sign = 1" if work.table.is_event else ""}
            qualify row_number() over (partition by {key} order by dt desc, seq desc) = 1"""
        )


def _find_met(work: Work, days: Set[date]) -> list[date]:
    """Keys that the lake already has, into `met` and `contested`; the days of their rows. Reads the key
    columns only. An event's `days` are all that there are: to name them would skip nothing, and every row would
    be compared with the list."""
    if not days:
        return []
    key = ", ".join(work.table.landed_key)
    met = work.relation("met")
    work.run(
        f"""create or replace temp table {met} as
        with mine as (select distinct {key} from {work.resolved} where problem is null)
        select distinct {key}, dt as met_dt from {LANDED}.{work.table.name} semi join mine using ({key})
        {"" if work.table.is_event else f"where dt in ({sql_list(days)})"}"""
    )
    work.run(
        f"""insert into {work.relation("contested")}
        select distinct {key} from {met} anti join {work.relation("contested")} using ({key})"""
    )
    return [row[0] for row in work.run(f"select distinct met_dt from {met}").fetchall()]


def _find_duplicates(work: Work) -> None:
    """Versions with the content of the one before them, or of a stored one of a later dt (stored ones have
    position -1)."""
    content = ", ".join(work.table.content)
    work.run(
        f"""create or replace temp table {work.relation("duplicate")} as
        with compared as (
            select position, stored, row({content}) as content,
                lag(row({content})) over versions as content_before,
                lead(row({content})) over versions as content_after,
                row_number() over versions as place, lead(stored) over versions as stored_after
            from {work.relation("version")}
            window versions as (partition by {", ".join(work.table.landed_key)} order by dt, position)
        )
        select position from compared
        where not stored and (
            (place > 1 and content is not distinct from content_before)
            or (stored_after and content is not distinct from content_after))"""
    )


def _find_retracted(work: Work) -> None:
    """Versions that another one replaces, with the `position` at which that happens and the dt from which
    it is known.

    A row of an earlier dt than the stored version is overtaken before it counts: its +1 and -1 are known
    together.
    """
    key = ", ".join(work.table.landed_key)
    work.run(
        f"""create or replace temp table {work.relation("retracted")} as
        with kept as (
            select *, max(dt) filter (stored) over (partition by {key}) as stored_dt
            from {work.relation("version")} anti join {work.relation("duplicate")} using (position)
        ),
        paired as (
            select *, lead(position) over versions as next_position, lead(dt) over versions as next_dt,
                not stored and dt < coalesce(stored_dt, dt) as overtaken
            from kept
            window versions as (partition by {key} order by dt, position)
        )
        select * exclude (position, dt, stored, stored_dt, next_position, next_dt),
            case when overtaken then position else next_position end as position,
            case when overtaken then dt else next_dt end as dt,
            case when overtaken then stored_dt else next_dt end as known_dt
        from paired
        where next_position is not null"""
    )


def _sequence_bases(work: Work, rows_before: int) -> list[int]:
    """By file number: where its seq begins. Two numbers a row: a correction's -1 and the row's own +1."""
    found = dict(work.run(f"select {FILE_NO}, count(*) from {work.resolved} group by all").fetchall())
    bases = []
    for file_no in range(len(work.files)):
        bases.append(2 * rows_before)
        rows_before += found.get(file_no, 0)
    return bases


def _landed(work: Work, bases: list[int]) -> str:
    """SQL: the rows as they go to the lake."""
    sequence = f"{bases}[{FILE_NO} + 1] + 2 * {ROW}"
    columns = ", ".join(name for name, _ in work.table.landed if name not in ("known_day", "sign"))
    kept = f"""
        kept as (
            select * from {work.resolved} anti join {work.relation("duplicate")} using (position)
            where problem is null
        )"""
    head = f"dt, {work.settings.load_id} as load_id, {sequence}"
    if not work.table.is_event:
        return f"with {kept} select {head} as seq, {columns} from kept"
    retracted = work.relation("retracted")
    return f"""
        with {kept},
        overtaken as (select position, known_dt from {retracted} where overtaken),
        added as (
            select position, dt, {columns}, coalesce(known_dt, dt) as known_dt, cast(1 as smallint) as sign
            from kept left join overtaken using (position)
        ),
        removed as (
            select position, dt, {columns}, known_dt, cast(-1 as smallint) as sign from {retracted}
        ),
        signed as (select * from added union all by name select * from removed)
        select {head} - cast(sign < 0 as integer) as seq, {columns}, sign,
            greatest(event_day, known_dt - {work.settings.restatement_days}) as known_day
        from signed"""
