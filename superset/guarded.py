"""A DuckDB connection as SQLAlchemy wants one (DB-API), which reads every statement before it runs it.

A statement's rows are fetched with it, shared with those who run the same at that moment (shared_runs.py).
"""

from collections.abc import Callable
from typing import Any

import duckdb
from shared_runs import Fetched, SharedRuns
from statements import Statement, read


class GuardedConnection:
    """On a locked instance; names resolve in `lake.serving`. `before` makes ready what a statement asks for."""

    notices: tuple[str, ...] = ()
    autocommit = None

    def __init__(
        self, instance: duckdb.DuckDBPyConnection, before: Callable[[Statement], None], runs: SharedRuns
    ) -> None:
        self._instance, self._before, self._runs = instance, before, runs

    def cursor(self) -> "GuardedCursor":
        return GuardedCursor(self, self._instance.cursor(), self._before, self._runs)

    def commit(self) -> None:
        """Nothing is ever written."""

    rollback = close = commit


class GuardedCursor:
    """Runs single SELECTs; raises RefusedStatementError for anything else."""

    rowcount = -1
    description: Any = None  # Superset writes it too

    def __init__(
        self,
        connection: GuardedConnection,
        cursor: duckdb.DuckDBPyConnection,
        before: Callable[[Statement], None],
        runs: SharedRuns,
    ) -> None:
        self.connection, self._cursor, self._before, self._runs = connection, cursor, before, runs
        self._left: list[Any] = []  # rows that nobody has fetched yet
        cursor.execute("use lake.serving")

    def execute(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        self._before(read(sql))
        found = self._runs.fetched(sql, parameters, lambda: self._run(sql, parameters))
        self.description, self._left = found.description, list(found.rows)

    def _run(self, sql: str, parameters: Any) -> Fetched:
        self._cursor.execute(sql, parameters or None)
        return Fetched(self._cursor.description, tuple(self._cursor.fetchall()))

    def executemany(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        for each in parameters or [None]:
            self.execute(sql, each)

    def fetchone(self) -> Any:
        return self._left.pop(0) if self._left else None

    def fetchmany(self, size: int = 1) -> list[Any]:
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def fetchall(self) -> list[Any]:
        taken, self._left = self._left, []
        return taken

    def close(self) -> None:
        self._cursor.close()
