"""How Superset's processes reach the lake: each user on a locked DuckDB of the user's own scope, read before run.

Head office reads the lake attached at the published snapshot; a branch its own copy of it (scoped_lake.py). When the
pointer file names another snapshot, the next connection opens new instances; an old one goes with its last query.
"""

import json
import os
import threading
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb
from cachelib import FileSystemCache
from guarded import GuardedConnection, Runs
from scoped_lake import LOCK, LOCKED, Scoped, ScopedLakes
from statements import Statement
from viewers import NobodyError, viewer_of

from mofang_pipeline.access import (
    ADMIN,
    BRANCH_ANALYST,
    BRANCH_APPROVER,
    DATA_TEAM,
    HQ_ANALYST,
    HQ_APPROVER,
    POSTAL,
)

EXTENSIONS = ("ducklake", "postgres_scanner", "icu")
WHOLE_BANK = {ADMIN, HQ_ANALYST, HQ_APPROVER, DATA_TEAM}
BRANCHES = {BRANCH_ANALYST, BRANCH_APPROVER, POSTAL}


class NotPublishedError(Exception):
    """Nothing is published yet."""


class Lake:
    """The current instances of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: int | None = None
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._runs = Runs()
        self._scoped = ScopedLakes()

    def connection(self, role: str, org_code: str) -> GuardedConnection:
        """A connection of its own within the scope of a role and organisation; names resolve in `lake.serving`."""
        snapshot, instance, runs = self._current()
        if role in WHOLE_BANK:
            return GuardedConnection(instance, lambda statement: None, runs)
        if role not in BRANCHES:
            raise NobodyError(f"角色 {role} 不能查看数据 / the role {role} sees no numbers")
        scoped = self._scoped.get(org_code, snapshot, instance)
        return GuardedConnection(scoped.instance, partial(_make_ready, scoped), scoped.runs)

    def parents(self) -> dict[str, str | None]:
        """Every organisation of the published lake and the one above it."""
        return dict(self._ask("select org_code, parent_code from lake.mart.organisation"))

    def views_with(self, column: str) -> frozenset[str]:
        """The serving views that have a column of this name."""
        rows = self._ask(
            "select table_name from duckdb_columns() where database_name = 'lake' and schema_name = 'serving' "
            "and column_name = $column",
            {"column": column},
        )
        return frozenset(name for (name,) in rows)

    def _ask(self, sql: str, values: dict[str, str] | None = None) -> list[Any]:
        """Mofang's own questions, not a user's."""
        return self._current()[1].cursor().execute(sql, values).fetchall()

    def _current(self) -> tuple[int, duckdb.DuckDBPyConnection, Runs]:
        snapshot = published_snapshot()
        with self._lock:
            if self._instance is None or snapshot != self._snapshot:
                self._instance, self._snapshot, self._runs = open_instance(snapshot), snapshot, Runs()
            return snapshot, self._instance, self._runs


def _make_ready(scoped: Scoped, statement: Statement) -> None:
    for window in statement.windows:
        scoped.ensure(window)


@cache
def lake() -> Lake:
    return Lake()


def warm() -> None:
    """Opens the published lake, so that the first user does not wait for it."""
    with suppress(NotPublishedError):
        lake().views_with("org_code")


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
    for setting in LOCK:
        instance.execute(f"set {setting}")
    return instance


def mutate_connection(
    uri: Any, params: dict[str, Any], username: str | None, security_manager: Any, source: Any
) -> tuple[Any, dict[str, Any]]:
    """Superset's DB_CONNECTION_MUTATOR: DuckDB always means the lake; any other database is left as it is."""
    if uri.get_backend_name() == "duckdb":
        params["creator"] = partial(connection_of, username, security_manager)
    return uri, params


def connection_of(username: str | None, security_manager: Any) -> GuardedConnection:
    user = security_manager.find_user(username=username) if username else None
    return lake().connection(*viewer_of(user))


class ScopeCache(FileSystemCache):
    """A cache on files whose entries belong to one published snapshot and one scope.

    A new night starts with an empty cache, and nobody gets the rows that another scope's users have fetched.
    """

    def _get_filename(self, key: str) -> str:
        return super()._get_filename(f"{_snapshot_or_none()}:{current_scope()}:{key}")


def current_scope() -> str:
    """Of the user of the current request: `*` for head office, a branch's code, or nobody's own name."""
    from flask import g, has_app_context

    user = getattr(g, "user", None) if has_app_context() else None
    try:
        role, org_code = viewer_of(user)
    except NobodyError:
        return f"nobody {getattr(user, 'id', None)}"
    return "*" if role in WHOLE_BANK else org_code if role in BRANCHES else f"{role} {org_code}"


def _snapshot_or_none() -> int | None:
    try:
        return published_snapshot()
    except NotPublishedError:
        return None


def scope_cache(app: Any, config: dict[str, Any], args: list[Any], kwargs: dict[str, Any]) -> ScopeCache:
    """flask-caching's factory."""
    return ScopeCache(config["CACHE_DIR"], threshold=5000, mode=0o600)
