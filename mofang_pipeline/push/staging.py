"""The files of a push, made whole in a folder of their own before anybody else sees them.

The same rows give the same bytes: rows are ordered by token, nothing in a file tells of a clock or a machine. A folder
that has its final name is complete; one that was being made when the power went is thrown away.
"""

import hashlib
import hmac
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from mofang_pipeline.push.candidates import CANDIDATES

MANIFEST = "manifest.json"
ROWS_PER_FILE = 1_000_000


def key_id(token_key: bytes) -> str:
    """Names the key that made the tokens, and does not help to find it."""
    return hmac.new(token_key, b"mofang key id", hashlib.sha256).hexdigest()[:16]


def stage(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    columns: Sequence[str],
    about: Mapping[str, Any],
    rows_per_file: int = ROWS_PER_FILE,
) -> dict[str, Any]:
    """Writes the pushed rows of `push_candidate` and their manifest into `folder`, which appears at once."""
    draft = folder.with_name(f".{folder.name}.draft")
    for leftover in (draft, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    draft.mkdir(parents=True)
    rows = _number(connection)
    files = [
        _write(connection, draft / f"part-{place:04d}.csv", columns, first, rows_per_file)
        for place, first in enumerate(range(0, max(rows, 1), rows_per_file), start=1)
    ]
    schema = [{"name": name, "type": kind} for name, kind in _schema(connection, columns)]
    manifest = {**about, "rows": rows, "schema": schema, "files": files}
    text = json.dumps(manifest, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    (draft / MANIFEST).write_text(text, encoding="utf-8")
    for path in draft.iterdir():
        _sync(path)
    draft.rename(folder)
    _sync(folder.parent)
    return dict(json.loads(text))  # as it is read back, so that told again it is the same to the letter


def is_whole(folder: Path, manifest: Mapping[str, Any]) -> bool:
    """Whether the folder still holds exactly the files that the manifest tells of."""
    return (
        all(
            (folder / each["name"]).is_file() and sha256_of(folder / each["name"]) == each["sha256"]
            for each in manifest["files"]
        )
        and _manifest(folder) == manifest
    )


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _manifest(folder: Path) -> Any:
    path = folder / MANIFEST
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def _number(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute(f"select count(*) from {CANDIDATES} where outcome = 'pushed'").fetchone()
    return int(row[0]) if row else 0


def _write(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: Sequence[str], first: int, rows: int
) -> dict[str, Any]:
    target = str(path).replace("'", "''")  # COPY binds no path
    listed = ", ".join(["token", *columns])  # the rulebook's known columns
    connection.execute(
        f"copy (select {listed} from {CANDIDATES} where outcome = 'pushed' order by token "
        f"limit {int(rows)} offset {int(first)}) to '{target}' (format csv, header)"
    )
    count = connection.execute(
        f"select least({int(rows)}, greatest(count(*) - {int(first)}, 0)) from {CANDIDATES} where outcome = 'pushed'"
    ).fetchone()
    written = int(count[0]) if count else 0
    return {"name": path.name, "rows": written, "bytes": path.stat().st_size, "sha256": sha256_of(path)}


def _schema(connection: duckdb.DuckDBPyConnection, columns: Sequence[str]) -> list[tuple[str, str]]:
    listed = ", ".join(["token", *columns])
    described = connection.execute(f"describe select {listed} from {CANDIDATES}").fetchall()
    return [(row[0], str(row[1]).lower()) for row in described]


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
