"""One table's files of one chunk on their way through the steps: which files, which temporary relations,
what was refused.

Temporary relations live in the connection's memory only; clear ids are in `checked`, `raw` and
identity.py's maps, and nowhere after `resolved`.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.landing.contract import Table
from mofang_pipeline.landing.files import LandedFile
from mofang_pipeline.landing.probe import FileRefusedError, Probe
from mofang_pipeline.landing.read import Raw

ROW_BITS = 36
FILE_NO = f"(position >> {ROW_BITS})"
ROW = f"(position & {(1 << ROW_BITS) - 1})"
POSITION = f'((cast(file_no as bigint) << {ROW_BITS}) + "row")'


@dataclass(frozen=True)
class Settings:
    """What is the same for all tables of one load. `inner` and `outer` are HMAC's padded keys."""

    load_id: int
    inner: bytes
    outer: bytes
    timezone: str
    restatement_days: int


@dataclass
class Work:
    """`files` are numbered from 0 in the order of loading. A row's `position` is its file's number and its
    own, in one integer that grows in that order."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    settings: Settings
    files: tuple[LandedFile, ...]
    probes: dict[int, Probe] = field(default_factory=dict)
    refused: dict[int, FileRefusedError] = field(default_factory=dict)
    raws: list[Raw] = field(default_factory=list)
    ragged: list[tuple[int, int]] = field(default_factory=list)

    def relation(self, stage: str) -> str:
        return f"landing_{stage}_{self.table.name}"

    @property
    def checked(self) -> str:
        """Converted rows with clear ids; `problem` is NULL for a good row."""
        return self.relation("checked")

    @property
    def resolved(self) -> str:
        """As `checked`, with keys in place of ids."""
        return self.relation("resolved")

    @property
    def landed(self) -> str:
        """The rows that this load adds to the lake."""
        return self.relation("landed")

    @property
    def days(self) -> tuple[date, ...]:
        """dt by file number."""
        return tuple(file.dt for file in self.files)

    def run(self, sql: str, **values: Any) -> duckdb.DuckDBPyConnection:
        return run(self.connection, self.settings, sql, **values)


def run(
    connection: duckdb.DuckDBPyConnection, settings: Settings, sql: str, **values: Any
) -> duckdb.DuckDBPyConnection:
    """Executes `sql`; binds those of `values` and of the settings that it names."""
    bound = {**vars(settings), **values}
    return connection.execute(sql, {name: value for name, value in bound.items() if f"${name}" in sql})


def number(connection: duckdb.DuckDBPyConnection) -> int:
    """The single integer of the last query's single row."""
    row = connection.fetchone()
    return int(row[0]) if row and row[0] is not None else 0
