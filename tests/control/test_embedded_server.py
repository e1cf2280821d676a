"""The embedded Postgres ends with its last user, whatever became of the others."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

USE = "import sys; from mofang_pipeline import stores; from mofang_pipeline.home import Home; stores.server_url(Home())"
DIE = f"{USE}; import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


def use(home: Path, code: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", code], env={"MOFANG_HOME": str(home)}, check=False
    ).returncode


def servers(home: Path) -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(home / "postgres") in (process.info["cmdline"] or [])
    ]


@pytest.fixture
def home(tmp_path):
    yield tmp_path
    for server in servers(tmp_path):
        server.kill()


def test_a_killed_user_does_not_keep_it_up(home):
    assert use(home, DIE) == -signal.SIGKILL
    assert servers(home)  # it could not stop it
    assert use(home, USE) == 0
    assert servers(home) == []
