"""The embedded Postgres ends with its last user, whatever became of the others."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

USE = "import sys; from mofang_pipeline import stores; from mofang_pipeline.home import Home; stores.server_url(Home())"
DIE = f"{USE}; import os, signal; os.kill(os.getpid(), signal.SIGKILL)"

LAKE = "import sys; from mofang_pipeline import lake; from mofang_pipeline.home import Home; c = lake.connect(Home())"
FILL = f"{LAKE}; c.execute('create table lake.mart.t as select 7 as n from range(100000)')"
READ = f"{LAKE}; sys.exit(c.execute('select max(n) from lake.mart.t').fetchone()[0])"


def use(home: Path, code: str) -> int:
    return subprocess.run(
        [sys.executable, "-c", code], env={"MOFANG_HOME": str(home), "HOME": str(home)}, check=False
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


def test_a_copied_home_is_a_home(tmp_path):
    assert use(tmp_path / "home", FILL) == 0
    shutil.copytree(tmp_path / "home", tmp_path / "copy")  # as root, all of it becomes root's
    shutil.rmtree(tmp_path / "home")
    assert use(tmp_path / "copy", READ) == 7
