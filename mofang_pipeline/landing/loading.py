"""Step 1: landed files become typed rows, tokens and a record of everything refused.

    files.py      which files are new             probe.py     how each can be read, or why not
    read.py       files into temporary tables     check.py     rows against contract.py, by convert.py
    identity.py   ids into keys                   versions.py  duplicates, corrections, the lake
    record.py     landing_file, quarantine, touch, and that rows add up

All files of a table in a chunk of days go through each step together; a chunk is one transaction.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.landing import identity, versions
from mofang_pipeline.landing.check import check
from mofang_pipeline.landing.contract import TABLES
from mofang_pipeline.landing.files import LandedFile, list_files, not_loaded
from mofang_pipeline.landing.probe import Refusal, probe_all
from mofang_pipeline.landing.read import read
from mofang_pipeline.landing.record import Counts, History, count, history, record
from mofang_pipeline.landing.tables import create_tables
from mofang_pipeline.landing.work import Settings, Work, number

CHUNK_DAYS = 31
CHUNK_BYTES = 1 << 30  # of files; a chunk is held in memory

Progress = Callable[[str], None]


@dataclass(frozen=True)
class LoadSummary:
    """What one load did; `load_id` is None where nothing was new. `messages` are one line each, free of
    personal data."""

    load_id: int | None
    tables: Mapping[str, Counts] = field(default_factory=dict)
    files: int = 0
    messages: tuple[str, ...] = ()


def load(
    connection: duckdb.DuckDBPyConnection,
    *,
    landing: Path,
    through: date,
    organisations: Sequence[Mapping[str, Any]],
    token_key: bytes,
    timezone: str = "Asia/Shanghai",
    restatement_days: int = 3,
    progress: Progress | None = None,
) -> LoadSummary:
    """Loads every file with dt <= `through` that is not loaded yet, in order of dt, a chunk of days at a
    time.

    `organisations` have org_code, parent_code and level (hq, tier1, tier2). Raises LandingIdentityError
    where rows do not add up; whatever is wrong with files or rows is recorded instead. After any error the
    chunk left no trace.
    """
    create_tables(connection)
    listing = list_files(landing)
    new = not_loaded(connection, listing, through)
    if not new:
        return LoadSummary(None, messages=listing.messages)
    inner, outer = identity.hmac_pads(token_key)
    settings = Settings(_next_load_id(connection), inner, outer, timezone, restatement_days)
    _know_organisations(connection, organisations)
    totals: dict[str, Counts] = defaultdict(Counts)
    messages = list(listing.messages)
    with lake.outside(connection):
        for chunk in chunks(new):
            for work, counts in _load_chunk(connection, settings, chunk, progress or _silent):
                totals[work.table.name] += sum(counts, Counts())
                messages += _messages(work, counts)
    return LoadSummary(settings.load_id, dict(totals), len(new), tuple(messages))


def chunks(files: Sequence[LandedFile]) -> Iterator[list[LandedFile]]:
    """Files by days, at most CHUNK_DAYS days and about CHUNK_BYTES together; a day is never split."""
    by_day: dict[date, list[LandedFile]] = defaultdict(list)
    for file in files:
        by_day[file.dt].append(file)
    chunk: list[LandedFile] = []
    days = size = 0
    for day in sorted(by_day):
        day_size = sum(file.size for file in by_day[day])
        if chunk and (days == CHUNK_DAYS or size + day_size > CHUNK_BYTES):
            yield chunk
            chunk, days, size = [], 0, 0
        chunk, days, size = chunk + by_day[day], days + 1, size + day_size
    yield chunk


def _load_chunk(
    connection: duckdb.DuckDBPyConnection, settings: Settings, chunk: list[LandedFile], progress: Progress
) -> list[tuple[Work, list[Counts]]]:
    try:
        works = _read_chunk(connection, settings, chunk, progress)
        connection.execute("begin")
        try:
            counted = _store_chunk(connection, works, progress)
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise
        return counted
    finally:
        _forget(connection)


def _read_chunk(
    connection: duckdb.DuckDBPyConnection, settings: Settings, chunk: list[LandedFile], progress: Progress
) -> list[Work]:
    """Everything that needs the files, outside the transaction: a broken file would abort it."""
    works = []
    for table in TABLES:
        files = tuple(sorted(file for file in chunk if file.table == table.name))
        if files:
            progress(f"{table.name}: reading {len(files)} files, dt {files[0].dt} to {files[-1].dt}")
            work = Work(connection, table, settings, files)
            _read_files(work)
            check(work)
            works.append(work)
    return works


def _read_files(work: Work) -> None:
    for file_no, probe in enumerate(probe_all(list(work.files))):
        if isinstance(probe, Refusal):
            work.refused[file_no] = probe.error
        else:
            work.probes[file_no] = probe
    reading = read(work.connection, work.table, work.probes)
    work.raws, work.ragged = reading.raws, reading.ragged
    work.refused |= reading.refused


def _store_chunk(
    connection: duckdb.DuckDBPyConnection, works: list[Work], progress: Progress
) -> list[tuple[Work, list[Counts]]]:
    identity.start_maps(connection)
    past = history(connection)
    loaded = []
    for work in works:
        identity.resolve(work)
        before = past.get(work.table.name, History())
        written = versions.store(work, rows_before=before.rows_in, stored_days=before.days)
        counts = count(work, written)
        total = sum(counts, Counts())
        progress(f"{work.table.name}: {total.rows_loaded:,} of {total.rows_in:,} rows loaded")
        loaded.append((work, counts))
    record(connection, loaded)
    return loaded


def _next_load_id(connection: duckdb.DuckDBPyConnection) -> int:
    return 1 + number(connection.execute("select max(load_id) from lake.mart.landing_file"))


def _know_organisations(
    connection: duckdb.DuckDBPyConnection, organisations: Sequence[Mapping[str, Any]]
) -> None:
    provinces = [str(org["org_code"]) for org in organisations if org["level"] == "tier1"]
    cities = [f"{org['parent_code']}/{org['org_code']}" for org in organisations if org["level"] == "tier2"]
    for name, codes in (("landing_province", provinces), ("landing_city", cities)):
        connection.execute(
            f"create or replace temp table {name} as select unnest(cast(? as varchar[])) as code", [codes]
        )


def _messages(work: Work, counts: list[Counts]) -> list[str]:
    """One line per file of which something was refused or ignored."""
    lines = []
    for file_no, (file, found) in enumerate(zip(work.files, counts, strict=True)):
        where = f"{file.table} dt={file.dt} {file.name}"
        probe, error = work.probes.get(file_no), work.refused.get(file_no)
        if error:
            lines.append(f"{where} {error.reason}")
        if found.rows_quarantined:
            lines.append(f"{where}: {found.rows_quarantined} of {found.rows_in} rows are in quarantine")
        if probe and probe.ignored:
            lines.append(f"{where}: columns outside the contract ignored: {', '.join(probe.ignored)}")
    return lines


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Drops the chunk's temporary relations: clear ids stay in memory no longer than needed."""
    rows = connection.execute(
        """select 'view', view_name from duckdb_views()
        where database_name = 'temp' and starts_with(view_name, 'landing_')
        union all
        select 'table', table_name from duckdb_tables()
        where database_name = 'temp' and starts_with(table_name, 'landing_')"""
    ).fetchall()
    connection.execute("begin")
    for kind, name in rows:
        if name not in ("landing_province", "landing_city"):
            connection.execute(f"drop {kind} temp.{name}")
    connection.execute("commit")


def _silent(line: str) -> None:
    """No progress wanted."""
