"""Of many who run the same statement at the same time on the same instance one runs it; the others take its rows.

An instance is one scope at one published snapshot and never changes, so the same text has the same rows for whoever may
run it there. That each of them may is the caller's business: every statement is read first. Nothing is kept beyond the
run; keeping is Superset's cache's.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

Key = tuple[str, str]  # statement, its parameters


@dataclass(frozen=True)
class Fetched:
    """A statement's columns and all of its rows."""

    description: Any
    rows: tuple[Any, ...]


class SharedRuns:
    """The statements that run on one instance now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Key, Future[Fetched]] = {}

    def fetched(self, sql: str, parameters: Any, run: Callable[[], Fetched]) -> Fetched:
        """What `run` returns or raises, once for all who ask meanwhile."""
        key = sql, repr(parameters)
        with self._lock:
            awaited = self._running.get(key)
            if awaited is None:
                mine = self._running[key] = Future[Fetched]()
        if awaited is not None:
            return awaited.result()
        try:
            found = run()
        except BaseException as error:
            self._end(key)
            mine.set_exception(error)
            raise
        self._end(key)
        mine.set_result(found)
        return found

    def _end(self, key: Key) -> None:
        with self._lock:
            del self._running[key]
