"""What became of every file and every refused row: landing_file, quarantine and touch, and the identity that must hold."""

from dataclasses import dataclass

from mofang_pipeline.landing.check import problems
from mofang_pipeline.landing.contract import Column
from mofang_pipeline.landing.identity import token
from mofang_pipeline.landing.read import Raw
from mofang_pipeline.landing.tables import LANDED
from mofang_pipeline.landing.versions import stored_rows
from mofang_pipeline.landing.work import FILE_NO, ROW, Work, days_literal, number

MASK = "'***'"
TOKEN_SHOWN = 16  # hex characters


class LandingIdentityError(Exception):
    """Rows read are not rows loaded + quarantined + duplicate, or not what the lake holds: nothing of the chunk is kept."""


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


def record(work: Work) -> list[Counts]:
    """Writes the records of `work` and returns the counts by file number. Raises LandingIdentityError."""
    counts = _count(work)
    _verify(work, counts)
    _record_files(work, counts)
    _quarantine_files(work)
    _quarantine_rows(work)
    _touch(work)
    return counts


def _count(work: Work) -> list[Counts]:
    read = _rows_read(work)
    judged = work.run(
        f"""with judged as (select * from {work.resolved} left join
            (select position, true as is_duplicate from {work.relation("duplicate")}) using (position))
        select {FILE_NO}, count(*) filter (problem is null and is_duplicate is null),
            count(*) filter (problem is not null), count(is_duplicate)
        from judged group by all"""
    ).fetchall()
    by_file = {file_no: tuple(rest) for file_no, *rest in judged}
    return [
        Counts(read.get(file_no, 0), *by_file.get(file_no, (0, 0, 0))) for file_no in range(len(work.files))
    ]


def _rows_read(work: Work) -> dict[int, int]:
    """Rows as read, by file number; none for files refused whole."""
    read: dict[int, int] = {}
    for raw in work.raws:
        read |= dict(work.run(f"select file_no, count(*) from {raw.relation} group by all").fetchall())
    for file_no, _ in work.ragged:
        read[file_no] = read.get(file_no, 0) + 1
    return {file_no: rows for file_no, rows in read.items() if file_no not in work.refused}


def _verify(work: Work, counts: list[Counts]) -> None:
    for file, found in zip(work.files, counts, strict=True):
        if found.rows_in != found.rows_loaded + found.rows_quarantined + found.rows_duplicate:
            raise LandingIdentityError(f"{file.table} dt={file.dt} {file.name}: rows do not add up: {found}")
    loaded = sum(found.rows_loaded for found in counts)
    if work.table.is_event:
        loaded += number(work.run(f"select count(*) from {work.relation('retracted')}"))
    if stored_rows(work) != loaded:
        raise LandingIdentityError(
            f"{work.table.name}: the lake holds {stored_rows(work)} new rows instead of {loaded}"
        )


def _record_files(work: Work, counts: list[Counts]) -> None:
    rows = []
    for number_, (file, found) in enumerate(zip(work.files, counts, strict=True)):
        error = work.refused.get(number_)
        probe = work.probes.get(number_)
        ignored = ", ".join(probe.ignored) if probe else ""
        rows.append(
            (file.table, file.name, file.dt, found.rows_in, found.rows_loaded, found.rows_quarantined,
             found.rows_duplicate, error.status if error else "loaded", error.reason if error else None,
             file.size, file.mtime_ns, work.settings.load_id, ignored or None)
        )  # fmt: skip
    work.connection.executemany(f"insert into lake.mart.landing_file values ({', '.join(['?'] * 13)})", rows)


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
        select {FILE_NO} as file_no, {ROW} as "row", dt, problem from {work.resolved} where problem is not null"""
    )
    if not number(work.run(f"select count(*) from {refused}")):
        return
    originals = [
        f'select file_no, "row", {_shown(work, raw)} as shown from {raw.relation}' for raw in work.raws
    ]
    work.run(
        f"""insert into lake.mart.quarantine
        with refused as (select * from {refused}),
        originals as ({" union all ".join(f"({one} semi join refused using (file_no, row))" for one in originals)})
        select $table, $names[file_no + 1], dt, "row", $columns[problem + 1], $reasons[problem + 1], shown, $load_id
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
    pairs = ", ".join(f"{column.name} := {_masked(column)}" for column in present)
    return f"cast(to_json(struct_pack({pairs})) as varchar)"


def _masked(column: Column) -> str:
    text = f'cast("{column.name}" as varchar)'
    if column.stored == "dropped":
        return f"case when {text} is not null then {MASK} end"
    if column.is_personal:
        return f"'token:' || left({token(f'trim({text})')}, {TOKEN_SHOWN})"
    return text


def _touch(work: Work) -> None:
    known, event = ("known_day", "event_day") if work.table.is_event else ("dt", "dt")
    work.run(
        f"""insert into lake.landed.touch
        select $load_id, $table, {known}, {event}, count(*) from {LANDED}.{work.table.name}
        where load_id = $load_id and dt in ({days_literal(set(work.days))})
        group by all order by all""",
        table=work.table.name,
    )
