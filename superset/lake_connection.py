"""How Superset's processes reach the lake: one locked, read-only DuckDB instance per published snapshot.

When the pointer file names another snapshot, the next connection opens a new instance; the old one goes when its last
query ends. Here only connections; what a user may see will be decided by the scope given to `open_instance`.
"""

import json
import os
import re
import threading
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from cachelib import FileSystemCache
from duckdb_engine import ConnectionWrapper

EXTENSIONS = ("ducklake", "postgres_scanner", "icu")
LOCKED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",  # a query too large fails at once and does not fill the disk
}
# Views that join customers of two days: without these columns in a filter a query would join every pair of days.
NEEDS_FILTER = {
    "flow_sankey": ("from_day_text", "to_day_text"),
    "flow_matrix": ("from_day_text", "to_day_text"),
    "flow": ("from_day", "to_day"),
}


class NotPublishedError(Exception):
    """Nothing is published yet."""


class UnfilteredError(Exception):
    """A query on a flow names no two days."""


class Lake:
    """The current instance of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: int | None = None
        self._instance: duckdb.DuckDBPyConnection | None = None

    def connection(self) -> ConnectionWrapper:
        """A connection of its own on the instance of the published snapshot; names resolve in `lake.serving`."""
        cursor = self._current().cursor()
        cursor.execute("use lake.serving")
        return ConnectionWrapper(cursor)

    def _current(self) -> duckdb.DuckDBPyConnection:
        snapshot = published_snapshot()
        with self._lock:
            if self._instance is None or snapshot != self._snapshot:
                self._instance, self._snapshot = open_instance(snapshot), snapshot
            return self._instance


@cache
def lake() -> Lake:
    return Lake()


def published_snapshot() -> int:
    path = Path(os.environ["MOFANG_PUBLISHED"])
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["snapshot"])
    except FileNotFoundError:
        raise NotPublishedError("尚无已发布的数据：请先运行 mofang run / nothing is published yet") from None


def open_instance(snapshot: int) -> duckdb.DuckDBPyConnection:
    """An in-process DuckDB that can read the lake at `snapshot` and the lake's files, and nothing else."""
    folder = os.environ["MOFANG_LAKE_FOLDER"]
    instance = duckdb.connect(
        ":memory:",
        config={
            "extension_directory": os.environ["MOFANG_EXTENSIONS"],
            "memory_limit": os.environ["MOFANG_LAKE_MEMORY"],
            **LOCKED,
        },
    )
    for extension in EXTENSIONS:
        instance.execute(f"load {extension}")
    instance.execute("set TimeZone = 'UTC'")
    dsn = os.environ["MOFANG_LAKE_DSN"].replace("'", "''")
    instance.execute(
        f"attach 'ducklake:postgres:{dsn}' as lake (data_path '{folder}/', read_only, snapshot_version {snapshot})"
    )
    instance.execute(f"set allowed_directories = ['{folder}/']")
    for setting in (
        "python_enable_replacements = false",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        instance.execute(f"set {setting}")
    return instance


def mutate_connection(
    uri: Any, params: dict[str, Any], username: str | None, security_manager: Any, source: Any
) -> tuple[Any, dict[str, Any]]:
    """Superset's DB_CONNECTION_MUTATOR: DuckDB always means the lake; any other database is left as it is."""
    if uri.get_backend_name() == "duckdb":
        params["creator"] = lake().connection
    return uri, params


def refuse_unfiltered(sql: str, **_: Any) -> str:
    """Superset's SQL_QUERY_MUTATOR: a query on a flow without its two days is refused before it runs."""
    where = sql.lower().partition("where")[2]
    for view, columns in NEEDS_FILTER.items():
        if re.search(rf"\b{view}\b", sql.lower()) and not all(column in where for column in columns):
            raise UnfilteredError("请选择起始日和截止日 / choose the first and the last day")
    return sql


class SnapshotCache(FileSystemCache):
    """A cache on files whose entries belong to one published snapshot: a new night starts with an empty cache."""

    def _get_filename(self, key: str) -> str:
        return super()._get_filename(f"{_snapshot_or_none()}:{key}")


def _snapshot_or_none() -> int | None:
    try:
        return published_snapshot()
    except NotPublishedError:
        return None


def snapshot_cache(
    app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]
) -> SnapshotCache:
    """flask-caching's factory."""
    return SnapshotCache(config["CACHE_DIR"], threshold=5000, mode=0o600)
