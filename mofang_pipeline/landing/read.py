"""Files into temporary tables, in few queries: all files of one layout at once, with their own types.

Only if such a batch cannot be read is it read file by file, to refuse the culprits and keep the rest.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from mofang_pipeline.landing.contract import Table
from mofang_pipeline.landing.probe import DAMAGED_PARQUET, NOT_UTF8, FileRefusedError, Probe

CSV_OPTIONS = """auto_detect = false, header = true, strict_mode = true,
    delim = ',', quote = '"', escape = '"', nullstr = ['', 'NULL']"""
CSV_NULLS = ("", "NULL")
BATCH_ROWS = 50_000
NOT_THE_FILES_FAULT = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.FatalException,
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.ParserException,
)


@dataclass(frozen=True)
class Raw:
    """A temporary relation (file_no, row, contract columns as in the files) and the DuckDB type of each
    column."""

    relation: str
    types: dict[str, str]


@dataclass
class Reading:
    """What came of a table's files: `ragged` are (file_no, row) whose number of values is not the
    header's."""

    raws: list[Raw] = field(default_factory=list)
    refused: dict[int, FileRefusedError] = field(default_factory=dict)
    ragged: list[tuple[int, int]] = field(default_factory=list)


def read(connection: duckdb.DuckDBPyConnection, table: Table, probes: dict[int, Probe]) -> Reading:
    """Reads `probes` (by file number). Rows are numbered from 1 in each file, without the header."""
    reading = Reading()
    names = (f"landing_raw_{table.name}_{number}" for number in count())
    layouts: dict[tuple[object, ...], dict[int, Probe]] = defaultdict(dict)
    for number, probe in probes.items():
        layouts[probe.layout][number] = probe
    for batch in layouts.values():
        _read_batch(connection, table, batch, names, reading)
    return reading


def _read_batch(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    batch: dict[int, Probe],
    names: Iterator[str],
    reading: Reading,
) -> None:
    try:
        reading.raws.append(_query_batch(connection, table, batch, next(names)))
    except NOT_THE_FILES_FAULT:
        raise
    except (duckdb.Error, RuntimeError):
        if len(batch) == 1:
            _salvage(connection, table, batch, next(names), reading)
            return
        for number, probe in batch.items():
            _read_batch(connection, table, {number: probe}, names, reading)


def _query_batch(
    connection: duckdb.DuckDBPyConnection, table: Table, batch: dict[int, Probe], name: str
) -> Raw:
    first = next(iter(batch.values()))
    query = _read_parquet if first.is_parquet else _read_csv
    paths = [_literal_glob(probe.file.path) for probe in batch.values()]
    query(
        connection,
        name,
        _positions(table, first),
        len(first.columns),
        {"paths": paths, "numbers": list(batch)},
    )
    return _described(connection, name)


def _read_parquet(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    positions: dict[str, int],
    width: int,
    values: dict[str, Any],
) -> None:
    connection.execute(
        f"""create or replace temp table {name} as
        select cast($numbers[cast(file_index as bigint) + 1] as integer) as file_no,
            file_row_number + 1 as "row", {_list(positions)}
        from read_parquet($paths, hive_partitioning = false, binary_as_string = true)""",
        values,
    )


def _read_csv(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    positions: dict[str, int],
    width: int,
    values: dict[str, Any],
) -> None:
    """CSV rows have no number of their own: theirs is the place in the table, which keeps the files'
    order."""
    columns = ", ".join(f"'c{position}': 'varchar'" for position in range(width))
    renamed = ", ".join(f'c{position} as "{column}"' for column, position in positions.items())
    connection.execute(
        f"""create or replace temp table {name}_rows as
        select cast($numbers[cast(file_index as bigint) + 1] as integer) as file_no, {renamed}
        from read_csv($paths, columns = {{{columns}}}, {CSV_OPTIONS})""",
        values,
    )
    connection.execute(
        f"""create or replace temp view {name} as
        with places as (select rowid as place, * from {name}_rows),
        starts as (select file_no, min(place) as start from places group by file_no)
        select file_no, place - start + 1 as "row", {_list(positions)}
        from places join starts using (file_no)"""
    )


def _salvage(
    connection: duckdb.DuckDBPyConnection, table: Table, batch: dict[int, Probe], name: str, reading: Reading
) -> None:
    """A file that the engine does not read: refused whole, or, of a CSV file, only the rows of another
    width."""
    [(number, probe)] = batch.items()
    try:
        if probe.is_parquet:
            raise FileRefusedError(DAMAGED_PARQUET)
        ragged = _read_csv_by_row(connection, table, number, probe, name)
    except FileRefusedError as error:
        reading.refused[number] = error
        return
    reading.raws.append(_described(connection, name))
    reading.ragged += [(number, row) for row in ragged]


def _read_csv_by_row(
    connection: duckdb.DuckDBPyConnection, table: Table, number: int, probe: Probe, name: str
) -> list[int]:
    positions = _positions(table, probe)
    typed = ", ".join(f'"{column}" varchar' for column in positions)
    connection.execute(f'create or replace temp table {name} (file_no integer, "row" bigint, {typed})')
    ragged: list[int] = []
    rows = _well_formed(probe.file.path, len(probe.columns), ragged)
    while batch := list(islice(rows, BATCH_ROWS)):
        arrays: dict[str, list[Any]] = {"file_no": [number] * len(batch), "row": [row for row, _ in batch]}
        arrays |= {column: [values[at] for _, values in batch] for column, at in positions.items()}
        connection.register("landing_batch", pa.table(arrays).cast(_arrow_schema(positions)))
        connection.execute(f"insert into {name} by name select * from landing_batch")
        connection.unregister("landing_batch")
    return ragged


def _arrow_schema(positions: dict[str, int]) -> pa.Schema:
    strings = [(column, pa.string()) for column in positions]
    return pa.schema([("file_no", pa.int32()), ("row", pa.int64()), *strings])


def _well_formed(path: Path, width: int, ragged: list[int]) -> Iterator[tuple[int, list[str | None]]]:
    """(row, values) of the rows with `width` values; the numbers of the others go to `ragged`."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        try:
            lines = (values for values in csv.reader(stream, strict=True) if values)
            for row, values in enumerate(islice(lines, 1, None), start=1):
                if len(values) == width or (len(values) == width + 1 and not values[-1]):
                    yield row, [None if value in CSV_NULLS else value for value in values]
                else:
                    ragged.append(row)
        except csv.Error as error:
            raise FileRefusedError("has unbalanced quotes: correct its quoting and send it again") from error
        except UnicodeDecodeError as error:
            raise FileRefusedError(NOT_UTF8) from error


def _positions(table: Table, probe: Probe) -> dict[str, int]:
    """Contract columns in the file, in the contract's order, with their place."""
    return {name: probe.columns.index(name) for name in table.names if name in probe.columns}


def _described(connection: duckdb.DuckDBPyConnection, name: str) -> Raw:
    rows = connection.execute(f"describe {name}").fetchall()
    return Raw(name, {row[0]: row[1] for row in rows if row[0] not in ("file_no", "row")})


def _list(columns: dict[str, int]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _literal_glob(path: Path) -> str:
    """The engine takes every path for a pattern: its special characters stand for themselves here."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in str(path))
