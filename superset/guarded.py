"""A DuckDB connection as SQLAlchemy wants one (DB-API), which reads every statement before it runs it.

A statement's rows are fetched with it, shared with those who run the same on the same instance at that moment: an
instance is one scope at one published snapshot and never changes. That each of them may is asked before, every time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import duckdb
from statements import Statement, read

from mofang_pipeline.shared_work import SharedWork


@dataclass(frozen=True)
class Fetched:
    """A statement's columns and all of its rows."""

    description: Any
    rows: tuple[Any, ...]


Runs = SharedWork[tuple[str, str], Fetched]  # those of one instance, by statement and parameters


class GuardedConnection:
    """On a locked instance; names resolve in `lake.serving`. `before` makes ready what a statement asks for."""

    notices: tuple[str, ...] = ()
    autocommit = None

    def __init__(
        self, instance: duckdb.DuckDBPyConnection, before: Callable[[Statement], None], runs: Runs
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
        runs: Runs,
    ) -> None:
        self.connection, self._cursor, self._before, self._runs = connection, cursor, before, runs
        self._left: Iterator[Any] = iter(())  # rows that nobody has fetched yet
        cursor.execute("use lake.serving")

    def execute(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        self._before(read(sql))
        found = self._runs.done((sql, repr(parameters)), lambda: self._run(sql, parameters))
        self.description, self._left = found.description, iter(found.rows)

    def _run(self, sql: str, parameters: Any) -> Fetched:
        self._cursor.execute(sql, parameters or None)
        return Fetched(self._cursor.description, tuple(self._cursor.fetchall()))

    def executemany(self, sql: str, parameters: Any = None, context: Any = None) -> None:
        for each in parameters or [None]:
            self.execute(sql, each)

    def fetchone(self) -> Any:
        return next(self._left, None)

    def fetchmany(self, size: int = 1) -> list[Any]:
        return list(islice(self._left, size))

    def fetchall(self) -> list[Any]:
        return list(self._left)

    def close(self) -> None:
        self._cursor.close()
