"""Starts other programs, waits until they answer, and stops them with all that they started themselves.

Knows nothing of what the programs are: services.py and demo.py say which. Every child carries a mark in its
environment, which its own children inherit, so that even a grandchild whose parent has died is found and stopped.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psutil

MARK = "MOFANG_SUPERVISOR"


class ProcessError(Exception):
    """A program ended or did not answer in time; the message names it and its log."""


@dataclass(frozen=True)
class Service:
    """A program to run; `healthy_at` is the address that answers once it is up, if it has one.

    An http address answers with a status below 400, a tcp one (tcp://HOST:PORT) by accepting a connection.
    """

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    healthy_at: str | None = None
    start_seconds: float = 300


@dataclass
class Supervisor:
    """Runs services until it is left; leaving it, for whatever reason, stops their whole trees."""

    grace_seconds: float = 10
    mark: str = field(default_factory=lambda: f"{os.getpid()}:{secrets.token_hex(8)}")
    running: list[tuple[Service, subprocess.Popen[bytes]]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with uninterrupted():
            self.stop()

    def start(self, service: Service) -> subprocess.Popen[bytes]:
        """In a session of its own: a Ctrl-C in the terminal reaches only us, and we stop the rest."""
        service.log.parent.mkdir(parents=True, exist_ok=True)
        environment = os.environ | dict(service.environment) | {MARK: self.mark}
        with service.log.open("ab") as log:
            process = subprocess.Popen(
                list(service.command),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                start_new_session=True,
            )
        self.running.append((service, process))
        return process

    def wait_healthy(self, pause: Callable[[float], None] = time.sleep) -> None:
        """Returns when every service answers; raises ProcessError for the first that ended or is too slow."""
        started = time.monotonic()
        waiting = [service for service, _ in self.running if service.healthy_at]
        while waiting:
            self.check_alive()
            waiting = [service for service in waiting if not answers(str(service.healthy_at))]
            late = [each for each in waiting if time.monotonic() - started > each.start_seconds]
            if late:
                seconds = late[0].start_seconds
                raise ProcessError(f"{late[0].name} did not answer within {seconds:.0f} s; see {late[0].log}")
            if waiting:
                pause(0.5)

    def wait(self, process: subprocess.Popen[bytes], on_wait: Callable[[], None] = lambda: None) -> int:
        """Until `process` ends; `on_wait` is called meanwhile, to show progress. Returns its exit status."""
        while process.poll() is None:
            on_wait()
            time.sleep(0.2)
        self.running = [(service, each) for service, each in self.running if each is not process]
        return int(process.returncode)

    def check_alive(self) -> None:
        for service, process in self.running:
            if process.poll() is not None:
                status = process.returncode
                said = last_line(service)
                raise ProcessError(f"{service.name} ended with status {status}; see {service.log}: {said}")

    def watch(self) -> None:
        """Until a service ends (ProcessError) or a signal interrupts."""
        while True:
            self.check_alive()
            time.sleep(1)

    def stop(self) -> None:
        """SIGTERM to the services, time to end, then to all that is left of their trees, then SIGKILL."""
        started = [psutil.Process(process.pid) for _, process in self.running if process.poll() is None]
        stop_all(started, self.grace_seconds)
        stop_all(marked(self.mark), self.grace_seconds / 2)
        for _, process in self.running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=5)
        self.running.clear()


def last_line(service: Service) -> str:
    """What the program said last."""
    lines = service.log.read_text(errors="replace").splitlines() if service.log.exists() else []
    return next((line for line in reversed(lines) if line.strip()), "")


def stop_all(processes: Iterable[psutil.Process], grace_seconds: float) -> None:
    """SIGTERM, and SIGKILL for those that are still there after `grace_seconds`."""
    processes = list(processes)
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in _alive_after(grace_seconds, processes):
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _alive_after(5, processes)


def _alive_after(seconds: float, processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended within `seconds`; returns as soon as none is left."""
    ends = time.monotonic() + seconds
    while (alive := [each for each in processes if is_alive(each.pid)]) and time.monotonic() < ends:
        time.sleep(0.05)
    return alive


def is_alive(number: int) -> bool:
    """Whether a process has this number and has not ended.

    One that has ended keeps its number until its parent asks for its status. In many containers nobody asks for
    orphans', so a number that is taken says nothing.
    """
    try:
        return bool(psutil.Process(number).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def marked(mark: str) -> list[psutil.Process]:
    """Every process that carries `mark`, wherever it hangs in the tree."""
    return [process for process, found in _marks() if found == mark]


def reap_orphans() -> int:
    """Stops what supervisors left behind that were killed without a chance to stop it; returns how many."""
    orphans = [process for process, mark in _marks() if not is_alive(int(mark.split(":")[0]))]
    stop_all(orphans, grace_seconds=5)
    return len(orphans)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignores a second Ctrl-C meanwhile: cleaning up takes seconds, and half of it would leave processes."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_descendants() -> None:
    """Stops whatever this process started and is still there; for the way out after an interrupt."""
    stop_all(psutil.Process().children(recursive=True), grace_seconds=5)


def _marks() -> list[tuple[psutil.Process, str]]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            mark = process.environ().get(MARK)
            if mark and process.pid != os.getpid():
                found.append((process, mark))
    return found


def answers(address: str) -> bool:
    """Whether an HTTP address answers with a status below 400, or a TCP one accepts a connection."""
    import requests

    parts = urlsplit(address)
    if parts.scheme == "tcp":
        with closing(socket.socket()) as probe:
            probe.settimeout(5)
            return probe.connect_ex((parts.hostname, parts.port)) == 0
    try:
        with requests.Session() as session:
            session.trust_env = False  # loopback never goes through a proxy
            return session.get(address, timeout=5, allow_redirects=False).status_code < 400
    except requests.RequestException:
        return False


def own_program(name: str) -> str:
    """The path of a program of this very environment, such as `dagster-webserver`, whatever PATH says."""
    return str(Path(sys.executable).parent / name)
