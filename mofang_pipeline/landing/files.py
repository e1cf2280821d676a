"""Which files there are in the landing folder, and which of them are not loaded yet. Reads names only,
never contents."""

import hashlib
import os
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from pathlib import Path

import duckdb

from mofang_pipeline.landing.contract import BY_NAME

DATA_SUFFIXES = (".parquet", ".csv", ".csv.gz")
SIDECAR_SUFFIX = ".control.json"
UNFINISHED_SUFFIXES = (".tmp", ".part")
MISPLACED = "not in a folder <table>/dt=YYYY-MM-DD/: ignored; move it there"
YEARS = range(1990, 2100)
DT_FOLDER = re.compile(r"dt=(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True, order=True)
class LandedFile:
    """One version of one file; sorts in the order of loading. `mtime_ns` is the later of the file's and its
    sidecar's, so that a corrected sidecar makes a new version of the file."""

    table: str
    dt: date
    name: str
    path: Path
    size: int
    mtime_ns: int

    @property
    def sidecar(self) -> Path:
        return self.path.with_name(self.name + SIDECAR_SUFFIX)

    @property
    def version(self) -> tuple[str, date, str, int, int]:
        return (self.table, self.dt, self.name, self.size, self.mtime_ns)


@dataclass(frozen=True)
class Listing:
    """What lies in the landing folder: data files in order, and one line for each thing that is not part of
    the contract."""

    files: tuple[LandedFile, ...]
    messages: tuple[str, ...]


def pending(connection: duckdb.DuckDBPyConnection, landing: Path, through: date) -> list[LandedFile]:
    """Files with dt <= through of which this version is not loaded yet, in the order table, dt, name."""
    return not_loaded(connection, list_files(landing), through)


def not_loaded(connection: duckdb.DuckDBPyConnection, listing: Listing, through: date) -> list[LandedFile]:
    loaded = set(
        connection.execute('select "table", dt, file, size, mtime_ns from lake.mart.landing_file').fetchall()
    )
    return [file for file in listing.files if file.dt <= through and file.version not in loaded]


def arrived_days(landing: Path) -> dict[str, set[date]]:
    """{table: days for which at least one data file has arrived}."""
    days: dict[str, set[date]] = defaultdict(set)
    for file in list_files(landing).files:
        days[file.table].add(file.dt)
    return dict(days)


def fingerprint(landing: Path) -> str:
    """Of the data files that lie there: another one whenever a file comes, goes or is replaced."""
    versions = [file.version for file in list_files(landing).files]
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:16]


def list_files(landing: Path) -> Listing:
    """Every data file under `landing`/<table>/dt=<day>/; hidden and unfinished files do not count."""
    files: list[LandedFile] = []
    messages: list[str] = []
    messages += [f"{name}: {MISPLACED}" for name in _misplaced(landing)]
    for folder in _folders(landing):
        if folder.name in BY_NAME:
            _list_table(folder, files, messages)
        else:
            messages.append(
                f"{folder.name}/ is not a table of the landing contract: ignored; rename or remove it"
            )
    in_order = sorted(files, key=attrgetter("table", "dt", "name"))
    return Listing(tuple(in_order), tuple(messages))


def _list_table(folder: os.DirEntry[str], files: list[LandedFile], messages: list[str]) -> None:
    messages += [f"{folder.name}/{name}: {MISPLACED}" for name in _misplaced(folder.path)]
    for day_folder in _folders(folder.path):
        dt = _folder_date(day_folder.name)
        if dt is None:
            messages.append(
                f"{folder.name}/{day_folder.name}/ is not dt=YYYY-MM-DD from 1990 to 2099: ignored; rename it"
            )
            continue
        entries = {entry.name: entry for entry in os.scandir(day_folder) if _is_visible(entry.name)}
        for name, entry in entries.items():
            if entry.is_dir():
                messages.append(
                    f"{folder.name}/dt={dt}/{name}/ is a folder: ignored; put its files into dt={dt}/ itself"
                )
            elif not name.endswith(SIDECAR_SUFFIX):
                _list_file(folder.name, dt, entry, entries, files, messages)
            elif name.removesuffix(SIDECAR_SUFFIX) not in entries:
                messages.append(f"{folder.name}/dt={dt}/{name}: the file that it is for has not arrived")


def _list_file(
    table: str,
    dt: date,
    entry: os.DirEntry[str],
    beside: Mapping[str, os.DirEntry[str]],
    files: list[LandedFile],
    messages: list[str],
) -> None:
    name = entry.name
    if not name.endswith(DATA_SUFFIXES):
        messages.append(
            f"{table}/dt={dt}/{name} is neither Parquet nor CSV: ignored; send .parquet, .csv or .csv.gz"
        )
        return
    status, sidecar = entry.stat(), beside.get(name + SIDECAR_SUFFIX)
    changed = status.st_mtime_ns
    if sidecar is not None and sidecar.is_file():
        changed = max(changed, sidecar.stat().st_mtime_ns)
    files.append(LandedFile(table, dt, name, Path(entry.path), status.st_size, changed))


def _folders(parent: Path | str) -> list[os.DirEntry[str]]:
    """Visible folders by name. os.scandir, since a year has thousands of files and each night lists them all."""
    if not os.path.isdir(parent):
        return []
    folders = (entry for entry in os.scandir(parent) if _is_visible(entry.name) and entry.is_dir())
    return sorted(folders, key=attrgetter("name"))


def _misplaced(folder: Path | str) -> list[str]:
    """Visible files where only folders belong, by name."""
    if not os.path.isdir(folder):
        return []
    return sorted(entry.name for entry in os.scandir(folder) if _is_visible(entry.name) and entry.is_file())


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "_")) and not name.endswith(UNFINISHED_SUFFIXES)


def _folder_date(name: str) -> date | None:
    match = DT_FOLDER.fullmatch(name)
    try:
        day = date.fromisoformat(match[1]) if match else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None
