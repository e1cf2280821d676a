"""A push in a process of its own that is killed, by SIGKILL, at one of many points. Imported by the forkserver."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
import fsspec.config
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.sftp import SFTPFileSystem

from mofang_pipeline import lake
from mofang_pipeline.control import log
from mofang_pipeline.home import Home
from mofang_pipeline.push import actions, books, handover, staging, state
from tests.sets import servers

ROWS_PER_FILE = 20
KILLED = -signal.SIGKILL
POINTS: tuple[tuple[Any, str], ...] = (
    (staging, "_write"),
    (staging, "_sync"),
    (Path, "rename"),
    (lake, "replace_partition"),
    (books, "write_rows"),
    (log, "append"),
    (actions, "_require_whole"),
    (handover, "_is_delivered"),
    (handover, "_deliver"),
    (LocalFileSystem, "mv"),
    (SFTPFileSystem, "mv"),
    (books, "write_pushes"),
    (state, "read"),
)
Files = dict[str, bytes]


@dataclass(frozen=True)
class Receiver:
    """Where a list is handed over: its URL, fsspec's options for it, and a view of what stands there."""

    kind: str
    url: str
    options: Mapping[str, Mapping[str, Any]]
    store: fsspec.AbstractFileSystem
    root: str

    def files(self, push_id: str) -> Files:
        """What the receiver sees of a list: the files under their final names."""
        self.store.invalidate_cache()
        folder = f"{self.root}/{push_id}"
        found = self.store.find(folder) if self.store.exists(folder) else []
        names = {path.rsplit("/", 1)[1]: path for path in found}
        return {name: self.store.cat_file(path) for name, path in names.items() if not name.startswith(".")}


@contextmanager
def receiver(kind: str, folder: Path, home: Home) -> Iterator[Receiver]:
    """A local folder, a running SFTP server that the home knows, or a running S3-compatible server."""
    local = LocalFileSystem()
    if kind == "folder":
        yield Receiver(kind, str(folder / "out"), {}, local, str(folder / "out"))
    elif kind == "sftp":
        with servers.sftp_server(folder / "sftp") as (url, line):
            (home.root / "secrets").mkdir(exist_ok=True)
            (home.root / "secrets" / "known_hosts").write_text(line)
            yield Receiver(kind, url, {"sftp": servers.SFTP_OPTIONS}, local, str(folder / "sftp" / "in"))
    else:
        with servers.s3_server() as options:
            store = fsspec.filesystem("s3", skip_instance_cache=True, **options)
            yield Receiver(kind, "s3://lists/in", {"s3": options}, store, "lists/in")


def exit_of_push(home: Home, set_id: str, as_of: Any, to: Receiver, point: int) -> int | None:
    """Pushes in a process of its own that kills itself at `point`; how it ended."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sets.killing"])
    child = context.Process(
        target=_push_and_die,
        args=(home.root, home.rulebook, _arguments(set_id, as_of, to), to.options, point),
    )
    child.start()
    child.join()
    return child.exitcode


def push(home: Home, set_id: str, as_of: Any, to: Receiver) -> dict[str, Any]:
    """The push to its end, with small files, so that there are several."""
    fsspec.config.conf.update(to.options)
    staging.stage.__defaults__ = (ROWS_PER_FILE,)
    return actions.push(home, **_arguments(set_id, as_of, to))


def _arguments(set_id: str, as_of: Any, to: Receiver) -> dict[str, Any]:
    return {"actor": "x", "set_id": set_id, "channel_name": "free", "as_of": as_of, "to": to.url}


def _push_and_die(
    root: Path, rulebook: Path, arguments: dict[str, Any], options: dict[str, Any], point: int
) -> None:
    """Runs the push and kills this process as the `point`-th point is passed; ends well if there are fewer."""
    passed = 0

    def tick() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    for owner, name in POINTS:
        setattr(owner, name, _ticking(getattr(owner, name), tick))
    for kind in (LocalFileSystem, SFTPFileSystem):
        kind.put_file = _half_then_whole(kind.put_file, tick)
    fsspec.config.conf.update(options)
    staging.stage.__defaults__ = (ROWS_PER_FILE,)
    actions.push(Home(home=root, rulebook=rulebook), **arguments)


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
        with self.open(target, "wb") as file:
            file.write(content[: len(content) // 2])
        tick()
        return function(self, local, target, **named)

    return wrapped
