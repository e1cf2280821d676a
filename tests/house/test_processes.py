"""The supervisor, with small programs in place of the real ones."""

import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from mofang_pipeline.ports import LOOPBACK, claim_port
from mofang_pipeline.processes import (
    MARK,
    ProcessError,
    Service,
    Supervisor,
    answers,
    is_alive,
    marked,
    reap_orphans,
    stop_all,
)

SLEEP = "import time; time.sleep(600)"
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(600)
"""
# Starts a grandchild in a session of its own and dies: nothing but the mark leads to that grandchild.
ABANDONS = f"""
import subprocess, sys
subprocess.Popen([sys.executable, "-c", {SLEEP!r}], start_new_session=True)
"""

# As process 1 of many containers: its child ends, and it never asks with which status.
NEVER_ASKS = """
import subprocess, time
print(subprocess.Popen(["true"]).pid, flush=True)
time.sleep(600)
"""


def program(
    code: str, name: str, folder: Path, healthy_at: str | None = None, seconds: float = 30
) -> Service:
    return Service(name, (sys.executable, "-c", code), folder / f"{name}.log", {}, healthy_at, seconds)


def test_stops_a_child(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.start(program(SLEEP, "sleep", tmp_path))
    assert not psutil.pid_exists(child.pid)


def test_kills_a_child_that_ignores_sigterm(tmp_path: Path) -> None:
    with Supervisor(grace_seconds=0.5) as supervisor:
        service = program(STUBBORN, "stubborn", tmp_path)
        child = supervisor.start(service)
        _until(lambda: "up" in service.log.read_text())
    assert not psutil.pid_exists(child.pid)


def test_a_tcp_address_answers_once_something_listens() -> None:
    with closing(socket.create_server((LOOPBACK, 0))) as server:
        address = f"tcp://{LOOPBACK}:{server.getsockname()[1]}"
        listening = answers(address)
    assert (listening, answers(address)) == (True, False)


def test_what_has_ended_is_not_alive_though_nobody_asked_for_its_status(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        service = program(NEVER_ASKS, "parent", tmp_path)
        supervisor.start(service)
        _until(lambda: "\n" in service.log.read_text())
        ended = psutil.Process(int(service.log.read_text()))
        _until(lambda: ended.status() == psutil.STATUS_ZOMBIE)
        stop_all([ended], grace_seconds=3600)  # would wait for it
        assert psutil.pid_exists(ended.pid)
        assert not is_alive(ended.pid)


def test_stops_a_grandchild_whose_parent_is_gone(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(ABANDONS, "abandons", tmp_path)).wait()
        _until(lambda: len(marked(supervisor.mark)) == 1)
    assert marked(supervisor.mark) == []


def test_stops_all_when_the_body_raises(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Supervisor() as supervisor:
        supervisor.start(program(SLEEP, "sleep", tmp_path))
        raise KeyboardInterrupt
    assert marked(supervisor.mark) == []


def test_waits_until_a_service_answers(tmp_path: Path) -> None:
    port = claim_port(18_000)
    server = (
        f"import http.server as h; h.test(h.SimpleHTTPRequestHandler, port={port.number}, bind='{LOOPBACK}')"
    )
    with Supervisor() as supervisor:
        supervisor.start(program(server, "server", tmp_path, f"http://{LOOPBACK}:{port.number}/"))
        supervisor.wait_healthy()
    port.claim.close()


def test_names_the_service_that_ends_early_and_its_log(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program("raise SystemExit(3)", "short", tmp_path, f"http://{LOOPBACK}:1/"))
        with pytest.raises(ProcessError, match=r"short ended with status 3; see .*short\.log"):
            supervisor.wait_healthy()


def test_names_the_service_that_never_answers(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(SLEEP, "mute", tmp_path, f"http://{LOOPBACK}:1/", seconds=0.2))
        with pytest.raises(ProcessError, match="mute did not answer within"):
            supervisor.wait_healthy()


def test_reaps_what_a_killed_supervisor_left(tmp_path: Path) -> None:
    script = textwrap.dedent(f"""
        from pathlib import Path
        from mofang_pipeline.processes import Service, Supervisor
        import os, sys
        supervisor = Supervisor()
        supervisor.start(Service("sleep", (sys.executable, "-c", {SLEEP!r}), Path({str(tmp_path)!r}) / "log"))
        print(supervisor.mark, flush=True)
        os.kill(os.getpid(), 9)
    """)
    killed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    mark = killed.stdout.strip()
    assert len(marked(mark)) == 1, killed.stderr
    reap_orphans()
    assert marked(mark) == []


def test_does_not_reap_the_children_of_a_living_supervisor(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        supervisor.start(program(SLEEP, "sleep", tmp_path))
        reap_orphans()
        assert len(marked(supervisor.mark)) == 1


def test_two_claims_of_one_port_get_two_ports() -> None:
    first, second = claim_port(18_500), claim_port(18_500)
    assert first.number != second.number
    first.claim.close()
    second.claim.close()


def test_children_carry_the_mark(tmp_path: Path) -> None:
    with Supervisor() as supervisor:
        child = supervisor.start(program(SLEEP, "sleep", tmp_path))
        _until(lambda: psutil.Process(child.pid).environ().get(MARK) == supervisor.mark)  # once it is exec'd


def _until(condition: Callable[[], bool], seconds: float = 15) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, "waited too long"
        time.sleep(0.05)
