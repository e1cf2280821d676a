"""A DuckDB connection as SQLAlchemy wants one (DB-API), which reads every statement before it runs it."""

from collections.abc import Callable
from typing import Any

import duckdb
from statements import Statement, read


class GuardedConnection:
    """On a locked instance; names resolve in `lake.serving`. `before` makes ready what a statement asks for."""

    notices: tuple[str, ...] = ()
    autocommit = None

    def __init__(self, instance: duckdb.DuckDBPyConnection, before: Callable[[Statement], None]) -> None:
        self._instance, self._before = instance, before

    def cursor(self) -> "GuardedCursor":
        return GuardedCursor(self, self._instance.cursor(), self._before)

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
    ) -> None:
        self.connection, self._cursor, self._before = connection, cursor, before
        cursor.execute("use lake.serving")

    def execute(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        self._before(read(sql))
        self._cursor.execute(sql, parameters or None)
        self.description = self._cursor.description

    def executemany(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        for each in parameters or [None]:
            self.execute(sql, each)

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def fetchmany(self, size: int = 1) -> list[Any]:
        return self._cursor.fetchmany(size)

    def fetchall(self) -> list[Any]:
        return self._cursor.fetchall()

    def close(self) -> None:
        self._cursor.close()
