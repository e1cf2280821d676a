"""A push in a process of its own that is killed, by SIGKILL, at one of many points. Imported by the forkserver."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from mofang_pipeline import lake
from mofang_pipeline.control import log
from mofang_pipeline.home import Home
from mofang_pipeline.push import actions, books, handover, staging, state

ROWS_PER_FILE = 20
POINTS: tuple[tuple[Any, str], ...] = (
    (staging, "_write"),
    (staging, "_sync"),
    (Path, "rename"),
    (lake, "replace_partition"),
    (books, "write_rows"),
    (log, "append"),
    (actions, "_require_whole"),
    (handover, "_is_delivered"),
    (LocalFileSystem, "mv"),
    (books, "write_pushes"),
    (state, "read"),
)


def push_and_die(root: Path, rulebook: Path, arguments: dict[str, Any], point: int) -> None:
    """Runs the push and kills this process as the `point`-th point is passed; ends well if there are fewer."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in POINTS:
        setattr(owner, name, _ticking(getattr(owner, name), tick))
    LocalFileSystem.put_file = _half_then_whole(LocalFileSystem.put_file, tick)
    run(Home(home=root, rulebook=rulebook), arguments)


def run(home: Home, arguments: dict[str, Any]) -> dict[str, Any]:
    """The push with small files, so that there are several."""
    staging.stage.__defaults__ = (ROWS_PER_FILE,)
    return actions.push(home, **arguments)


def _ticking(function: Callable[..., Any], tick: Callable[[], None]) -> Callable[..., Any]:
    def wrapped(*positional: Any, **named: Any) -> Any:
        tick()
        result = function(*positional, **named)
        tick()
        return result

    return wrapped


def _half_then_whole(function: Callable[..., Any], tick: Callable[[], None]) -> Callable[..., Any]:
    """A copy that may be cut in the middle."""

    def wrapped(self: Any, local: str, target: str, **named: Any) -> Any:
        content = Path(local).read_bytes()
        Path(target).write_bytes(content[: len(content) // 2])
        tick()
        return function(self, local, target, **named)

    return wrapped
