"""Of many who want the same piece of work at the same time one does it; the others take what came of it.

Nothing is kept beyond the work: who wants to keep a result does that. Superset's environment imports this module too:
only the standard library.
"""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Result = TypeVar("Result")


class SharedWork(Generic[Key, Result]):
    """What is being done now, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Key, Future[Result]] = {}

    def done(self, key: Key, work: Callable[[], Result]) -> Result:
        """What `work` returns or raises, once for all who ask meanwhile."""
        with self._lock:
            awaited = self._running.get(key)
            if awaited is None:
                mine = self._running[key] = Future[Result]()
        if awaited is not None:
            return awaited.result()
        try:
            result = work()
        except BaseException as error:
            self._end(key)
            mine.set_exception(error)
            raise
        self._end(key)
        mine.set_result(result)
        return result

    def _end(self, key: Key) -> None:
        with self._lock:
            del self._running[key]
