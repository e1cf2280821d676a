"""The cheap look at one file before it is read: Parquet footer, CSV header line, gzip checksum, control
sidecar.

A probe says how to read the file, or why not. No row is looked at here.
"""

import csv
import gzip
import hashlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from mofang_pipeline.landing.contract import BY_NAME
from mofang_pipeline.landing.files import LandedFile

HEADER_LIMIT = 1 << 20  # bytes
NOT_UTF8 = "is not UTF-8 text: save it as UTF-8 and send it again"
DAMAGED_GZIP = "is a truncated or damaged gzip file: send it again"
DAMAGED_PARQUET = "is a truncated or damaged Parquet file: send it again"


class FileRefusedError(Exception):
    """The file cannot be used as a whole; the message is one line without any value of the file."""

    def __init__(self, reason: str, *, status: str = "quarantined", column: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.status, self.column = reason, status, column


@dataclass(frozen=True)
class Refusal:
    file: LandedFile
    error: FileRefusedError


@dataclass(frozen=True)
class Control:
    """Totals that the sender promises; None where the sidecar does not say."""

    rows: int | None
    amount_fen: int | None


@dataclass(frozen=True)
class Probe:
    """How to read `file`: its columns in order and, for Parquet, the types of those in the contract."""

    file: LandedFile
    columns: tuple[str, ...]
    types: tuple[str, ...]
    control: Control | None = None

    @property
    def is_parquet(self) -> bool:
        return self.file.name.endswith(".parquet")

    @property
    def layout(self) -> tuple[object, ...]:
        """Files of one layout can be read by one query."""
        known = tuple(name for name in self.columns if name in BY_NAME[self.file.table].names)
        return (self.is_parquet, known if self.is_parquet else self.columns, self.types)

    @property
    def ignored(self) -> tuple[str, ...]:
        known = BY_NAME[self.file.table].names
        return tuple(name or "(no name)" for name in self.columns if name not in known)


def probe_all(files: list[LandedFile]) -> list[Probe | Refusal]:
    """One result per file, in order."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_probe_or_refuse, files))


def _probe_or_refuse(file: LandedFile) -> Probe | Refusal:
    try:
        return _probe(file)
    except FileRefusedError as error:
        return Refusal(file, error)
    except OSError as error:
        return Refusal(file, FileRefusedError(f"cannot be opened: {error.strerror}; check its permissions"))


def _probe(file: LandedFile) -> Probe:
    control = _control(file) if BY_NAME[file.table].has_control_totals else None
    if file.size == 0:
        raise FileRefusedError("is empty: send it with a header, or not at all")
    if file.name.endswith(".parquet"):
        columns, types = _parquet_columns(file)
    else:
        columns, types = _csv_columns(file), ()
    _check_columns(file, columns)
    return Probe(file, columns, types, control)


def _parquet_columns(file: LandedFile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    try:
        schema = pq.read_schema(file.path)
    except (pa.ArrowException, OSError) as error:
        raise FileRefusedError(DAMAGED_PARQUET) from error
    known = BY_NAME[file.table].names
    return tuple(schema.names), tuple(str(field.type) for field in schema if field.name in known)


def _csv_columns(file: LandedFile) -> tuple[str, ...]:
    header = _gzip_header(file.path) if file.name.endswith(".gz") else _header(file.path)
    try:
        line = header.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FileRefusedError(NOT_UTF8) from error
    try:
        names = next(csv.reader([line], strict=True), [])
    except csv.Error as error:
        raise FileRefusedError("has a header that is not CSV: check quotes and line ends") from error
    if not any(name.strip() for name in names):
        raise FileRefusedError("has no header line: the first line must name the columns")
    return tuple(name.strip() for name in names)


def _header(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.readline(HEADER_LIMIT)


def _gzip_header(path: Path) -> bytes:
    """First line; reads to the end, since the engine takes a truncated gzip file for a short one."""
    try:
        with gzip.open(path) as stream:
            header = stream.readline(HEADER_LIMIT)
            while stream.read(HEADER_LIMIT):
                pass
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileRefusedError(DAMAGED_GZIP) from error
    return header


def _check_columns(file: LandedFile, columns: tuple[str, ...]) -> None:
    for column in BY_NAME[file.table].columns:
        if columns.count(column.name) > 1:
            raise FileRefusedError(
                f"has the column {column.name} more than once: keep one", column=column.name
            )
        if column.required and column.name not in columns:
            raise FileRefusedError(
                f"has no column {column.name}, which is required: add it", column=column.name
            )


def _control(file: LandedFile) -> Control | None:
    if not file.sidecar.is_file():
        return None
    promised = _read_sidecar(file.sidecar)
    sha256 = promised.get("sha256")
    if sha256 is not None and str(sha256).lower() != _sha256(file.path):
        raise _blocked("sha256 differs from the file's")
    return Control(_integer(promised, "rows"), _integer(promised, "amount_fen"))


def _read_sidecar(path: Path) -> dict[str, Any]:
    try:
        promised = json.loads(path.read_text("utf-8-sig"))
    except ValueError as error:
        raise _blocked("it is not JSON") from error
    if not isinstance(promised, dict):
        raise _blocked("it is not a JSON object")
    return promised


def _integer(promised: dict[str, Any], name: str) -> int | None:
    value = promised.get(name)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise _blocked(f"{name} is not a whole number")
    return value


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _blocked(what: str) -> FileRefusedError:
    return FileRefusedError(
        f"is blocked by its control sidecar: {what}; ask the sender for a matching pair", status="blocked"
    )


def check_control(control: Control, *, rows: int, amount_fen: int) -> None:
    """Raises FileRefusedError (blocked) where the file's own totals differ from the promised ones."""
    for name, promised, found in (
        ("rows", control.rows, rows),
        ("amount_fen", control.amount_fen, amount_fen),
    ):
        if promised is not None and promised != found:
            raise _blocked(f"{name} is {promised} there and {found} in the file")
