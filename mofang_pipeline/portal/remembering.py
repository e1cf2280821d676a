"""Answers that are kept until what they were read from changes: of many people who open a page, one waits for the lake.

An answer is kept for one published snapshot, one state of the rules and one scope: role, organisation and language of
who asks, the address and the query. Only addresses marked `remembered` (asked.py) come here: reading, of the published
lake and the rules alone. Not here: answers themselves, and who may ask.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mofang_pipeline.access import Viewer
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.portal.reading import PublishedLake
from mofang_pipeline.rule_log import ACTIONS
from mofang_pipeline.rulebook.texts import texts_in
from mofang_pipeline.rules import USED
from mofang_pipeline.serving.publish import Published
from mofang_pipeline.shared_work import SharedWork

MOST_BYTES = 64 * 2**20
NOBODY = ""  # in place of the user's name: what is kept is anybody's of the same scope


@dataclass(frozen=True)
class State:
    """What answers are read from: the published snapshot, and the rules in the log and in files."""

    published: Published
    rules: int
    files: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Question:
    """An address with its query, and who asks as far as the answer depends on it."""

    address: str
    viewer: Viewer
    query: tuple[tuple[str, str], ...]


def question(address: str, viewer: Viewer, query: Mapping[str, str]) -> Question:
    return Question(address, replace(viewer, user=NOBODY), tuple(sorted(query.items())))


def state(home: Home, lake: PublishedLake) -> State:
    """As it is now. Raises NothingPublished."""
    rules = log.newest(engine(home), actions=[*ACTIONS, USED])
    return State(lake.published(), rules, tuple(texts_in(home.rulebook).items()))


class Answers:
    """Kept by question, the least recently used ones given up; those of another state all at once."""

    def __init__(self, now: Callable[[], State], *, most_bytes: int = MOST_BYTES) -> None:
        self._now, self._most_bytes = now, most_bytes
        self._lock = threading.Lock()
        self._state: State | None = None
        self._kept: OrderedDict[Question, bytes] = OrderedDict()
        self._bytes = 0
        self._running = SharedWork[tuple[State, Question], bytes]()

    def get(self, asked: Question, compute: Callable[[], bytes]) -> bytes:
        """The kept answer, or `compute`'s, which others who ask the same meanwhile wait for. Errors are not kept."""
        state = self._now()
        with self._lock:
            if state != self._state:
                self._forget(state)
            found = self._found(asked)
        return found or self._running.done((state, asked), lambda: self._computed(state, asked, compute))

    def _computed(self, state: State, asked: Question, compute: Callable[[], bytes]) -> bytes:
        with self._lock:  # another may have answered since it was looked for
            found = self._found(asked) if self._state == state else None
        if found:
            return found
        answer = compute()
        is_of_state = self._now() == state  # else a part of it may be of the next
        with self._lock:
            if is_of_state and self._state == state:
                self._keep(asked, answer)
        return answer

    def _found(self, asked: Question) -> bytes | None:
        if asked in self._kept:
            self._kept.move_to_end(asked)
        return self._kept.get(asked)

    def _keep(self, asked: Question, answer: bytes) -> None:
        self._kept[asked] = answer
        self._bytes += len(answer)
        while self._bytes > self._most_bytes:
            self._bytes -= len(self._kept.popitem(last=False)[1])

    def _forget(self, state: State) -> None:
        self._kept.clear()
        self._bytes, self._state = 0, state
