"""What became of every file and every refused row: landing_file, quarantine and touch, and the identity
that must hold."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from mofang_pipeline.landing.check import problems
from mofang_pipeline.landing.contract import Column, Table
from mofang_pipeline.landing.identity import token
from mofang_pipeline.landing.read import Raw
from mofang_pipeline.landing.work import FILE_NO, ROW, Work, number

MASK = "'***'"
TOKEN_SHOWN = 16  # hex characters
# All that the other columns of a table with personal data show: short codes, words and times. Where a file's
# columns are shifted, names and numbers stand under another's header.
IMPERSONAL = r" *[A-Za-z0-9_]{0,10} *|[0-9]{4}[-/.][0-9:TZ /.+-]{1,28}"


class LandingIdentityError(Exception):
    """Rows read are not rows loaded + quarantined + duplicate, or not what the lake holds: nothing of the
    chunk is kept."""


@dataclass(frozen=True)
class Counts:
    """Rows of a file or a table."""

    rows_in: int = 0
    rows_loaded: int = 0
    rows_quarantined: int = 0
    rows_duplicate: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.rows_in + other.rows_in,
            self.rows_loaded + other.rows_loaded,
            self.rows_quarantined + other.rows_quarantined,
            self.rows_duplicate + other.rows_duplicate,
        )


@dataclass(frozen=True)
class History:
    """Of one table: rows read so far, and the dts of which there are rows in the lake."""

    rows_in: int = 0
    days: frozenset[date] = frozenset()


def history(connection: duckdb.DuckDBPyConnection) -> dict[str, History]:
    """By table: what all earlier loads left."""
    rows = connection.execute(
        """select "table", cast(sum(rows_in) as bigint), list(distinct dt) filter (rows_loaded > 0)
        from lake.mart.landing_file group by all"""
    ).fetchall()
    return {table: History(rows_in, frozenset(days or ())) for table, rows_in, days in rows}


def count(work: Work, rows_written: int) -> list[Counts]:
    """Rows by file number. Raises LandingIdentityError where they do not add up, or the lake took another
    number."""
    read = _rows_read(work)
    judged = work.run(
        f"""with judged as (
            select position, problem, duplicate.position is not null as is_duplicate
            from {work.resolved} left join {work.relation("duplicate")} as duplicate using (position)
        )
        select {FILE_NO}, count(*) filter (problem is null and not is_duplicate),
            count(*) filter (problem is not null), count(*) filter (is_duplicate)
        from judged group by all"""
    ).fetchall()
    by_file = {file_no: tuple(rest) for file_no, *rest in judged}
    counts = [Counts(read.get(place, 0), *by_file.get(place, (0, 0, 0))) for place in range(len(work.files))]
    _verify(work, counts, rows_written)
    return counts


def _verify(work: Work, counts: list[Counts], rows_written: int) -> None:
    for file, found in zip(work.files, counts, strict=True):
        if found.rows_in != found.rows_loaded + found.rows_quarantined + found.rows_duplicate:
            raise LandingIdentityError(f"{file.table} dt={file.dt} {file.name}: rows do not add up: {found}")
    loaded = sum(found.rows_loaded for found in counts)
    if work.table.is_event:
        loaded += number(work.run(f"select count(*) from {work.relation('retracted')}"))
    if rows_written != loaded:
        raise LandingIdentityError(f"{work.table.name}: {rows_written} rows written instead of {loaded}")


def _rows_read(work: Work) -> dict[int, int]:
    """Rows as read, by file number; none for files refused whole."""
    read: dict[int, int] = {}
    for raw in work.raws:
        read |= dict(work.run(f"select file_no, count(*) from {raw.relation} group by all").fetchall())
    for file_no, _ in work.ragged:
        read[file_no] = read.get(file_no, 0) + 1
    return {file_no: rows for file_no, rows in read.items() if file_no not in work.refused}


def record(connection: duckdb.DuckDBPyConnection, loaded: list[tuple[Work, list[Counts]]]) -> None:
    """Writes landing_file, quarantine and touch for all tables of a chunk."""
    rows = [row for work, counts in loaded for row in _file_rows(work, counts)]
    columns = [pa.array(values) for values in zip(*rows, strict=True)]
    connection.register(
        "landing_record", pa.table(columns, names=[f"c{place}" for place in range(len(columns))])
    )
    connection.execute("insert into lake.mart.landing_file select * from landing_record")
    connection.unregister("landing_record")
    for work, _ in loaded:
        _quarantine_files(work)
        _quarantine_rows(work)
    touches = " union all ".join(_touch(work) for work, _ in loaded)
    connection.execute(f"insert into lake.landed.touch {touches}")


def _file_rows(work: Work, counts: list[Counts]) -> list[tuple[object, ...]]:
    rows = []
    for file_no, (file, found) in enumerate(zip(work.files, counts, strict=True)):
        error, probe = work.refused.get(file_no), work.probes.get(file_no)
        ignored = ", ".join(probe.ignored) if probe else ""
        outcome = (error.status, error.reason) if error else ("loaded", None)
        numbers = (found.rows_in, found.rows_loaded, found.rows_quarantined, found.rows_duplicate)
        version = (file.size, file.mtime_ns, work.settings.load_id)
        rows.append((file.table, file.name, file.dt, *numbers, *outcome, *version, ignored or None))
    return rows


def _quarantine_files(work: Work) -> None:
    for number_, error in sorted(work.refused.items()):
        file = work.files[number_]
        work.run(
            """insert into lake.mart.quarantine
            select $table, $file, $dt, null, $column, $reason, null, $load_id""",
            table=file.table, file=file.name, dt=file.dt, column=error.column, reason=error.reason,
        )  # fmt: skip


def _quarantine_rows(work: Work) -> None:
    refused = work.relation("refused")
    work.run(
        f"""create or replace temp table {refused} as
        select {FILE_NO} as file_no, {ROW} as "row", dt, problem
        from {work.resolved} where problem is not null"""
    )
    if not number(work.run(f"select count(*) from {refused}")):
        return
    originals = [
        f"""(select file_no, "row", {_shown(work, raw)} as shown
            from {raw.relation} semi join refused using (file_no, "row"))"""
        for raw in work.raws
    ] or ["""(select 0 as file_no, 0 as "row", null as shown where false)"""]
    work.run(
        f"""insert into lake.mart.quarantine
        with refused as (select * from {refused}),
        originals as ({" union all ".join(originals)})
        select $table, $names[file_no + 1], dt, "row", $columns[problem + 1], $reasons[problem + 1],
            shown, $load_id
        from refused left join originals using (file_no, "row")
        order by file_no, "row\"""",
        table=work.table.name,
        names=[file.name for file in work.files],
        columns=[problem.column for problem in problems(work.table)],
        reasons=[problem.reason for problem in problems(work.table)],
    )


def _shown(work: Work, raw: Raw) -> str:
    """SQL: the original values as JSON text, with personal data masked."""
    present = [column for column in work.table.columns if column.name in raw.types]
    pairs = ", ".join(f"{column.name} := {_masked(work.table, column)}" for column in present)
    return f"cast(to_json(struct_pack({pairs})) as varchar)"


def _masked(table: Table, column: Column) -> str:
    text = f'cast("{column.name}" as varchar)'
    if column.stored == "dropped":
        return f"case when {text} is not null then {MASK} end"
    if column.is_personal:
        return f"'token:' || left({token(f'trim({text})')}, {TOKEN_SHOWN})"
    if table.names_a("dropped"):
        return f"case when regexp_full_match({text}, '{IMPERSONAL}') is false then {MASK} else {text} end"
    return text


def _touch(work: Work) -> str:
    known, event = ("known_day", "event_day") if work.table.is_event else ("dt", "dt")
    return f"""
        select {work.settings.load_id}, '{work.table.name}', {known}, {event}, count(*)
        from {work.landed} group by all"""
