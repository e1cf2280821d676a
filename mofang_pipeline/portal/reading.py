"""The published lake for many questions at once: one read-only DuckDB per snapshot, a cursor per question.

When another night is published the next question opens the new snapshot; the old one goes with its last question.
A question that takes too long is stopped.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.cli.output import plain
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.serving.publish import NotPublishedError, Published, published

SECONDS = 20.0  # longer, and a manager has left the page

Row = dict[str, Any]


class NothingPublished(Refused):
    """No night is published yet."""


class TooLong(Refused):
    """A question took longer than it may."""


class PublishedLake:
    """What readers see now."""

    def __init__(self, home: Home, *, seconds: float = SECONDS) -> None:
        self._home = home
        self._seconds = seconds
        self._lock = threading.Lock()
        self._opened: tuple[int, duckdb.DuckDBPyConnection] | None = None

    def published(self) -> Published:
        try:
            return published(self._home)
        except NotPublishedError:
            raise NothingPublished(
                "nothing is published yet: the data team runs `mofang run` first",
                "尚无已发布的数据：请数据团队先完成一次夜间运行（mofang run）",
            ) from None

    @contextmanager
    def cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own on the published snapshot, stopped after the time limit."""
        with closing(self._instance().cursor()) as cursor:
            cursor.execute("use lake.mart")
            timer = threading.Timer(self._seconds, cursor.interrupt)
            timer.start()
            try:
                yield cursor
            except duckdb.InterruptException:
                raise TooLong(
                    f"this took longer than {self._seconds:.0f} s and was stopped; choose a smaller scope",
                    f"查询超过 {self._seconds:.0f} 秒，已停止；请缩小机构或日期范围",
                ) from None
            finally:
                timer.cancel()

    def rows(self, text: str, values: Mapping[str, Any]) -> list[Row]:
        """The whole result of a small query as JSON knows it; `values` are bound to the `$name`s that it uses."""
        with self.cursor() as cursor:
            return fetch(cursor, text, values)

    def _instance(self) -> duckdb.DuckDBPyConnection:
        snapshot = self.published().snapshot
        with self._lock:
            if self._opened is None or self._opened[0] != snapshot:
                self._opened = snapshot, lake.connect(self._home, read_only=True, snapshot=snapshot)
            return self._opened[1]


def fetch(connection: duckdb.DuckDBPyConnection, text: str, values: Mapping[str, Any]) -> list[Row]:
    used = set(re.findall(r"\$(\w+)", text))
    result = connection.execute(text, {name: value for name, value in values.items() if name in used})
    names = [column[0] for column in result.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in result.fetchall()]
