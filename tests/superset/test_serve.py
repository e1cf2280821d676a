"""`mofang serve`: a bank's own start of Superset, portal and Dagster, over a home that it has computed."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

import psutil
import pytest
import requests

from mofang_pipeline import lake
from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import Home
from mofang_pipeline.processes import is_alive
from mofang_pipeline.serving import publish, views
from tests.superset import scratch_lake

LAST = date(2026, 6, 2)


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that nobody has served yet: Superset is set up by the command."""
    home = Home(home=tmp_path_factory.mktemp("served"))
    scratch_lake.build(home, customers=400, first_day=date(2026, 6, 1), days=2)
    with lake.writer(home) as connection:
        views.create_views(connection)
        snapshot = lake.latest_snapshot(connection)
    publish.publish(home, snapshot, LAST)
    return home


@pytest.fixture(scope="module")
def served(computed: Home) -> Iterator["subprocess.Popen[str]"]:
    """The command on ports of its own, with the addresses of a proxy's Dagster; stopped as systemd would."""
    command = [
        sys.executable,
        "-m",
        "mofang_pipeline.cli",
        "serve",
        "--superset",
        "18388",
        "--dagster",
        "13300",
    ]
    environment = os.environ | {"MOFANG_HOME": str(computed.root), "MOFANG_BEHIND_TLS": "1", "COLUMNS": "200"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=60)


def read_until(lines: IO[str], word: str) -> str:
    told = ""
    for line in lines:
        told += line
        if word in line:
            return told
    raise AssertionError(told)


def test_it_comes_up_once_tells_where_and_leaves_nothing(
    computed: Home,
    served: "subprocess.Popen[str]",
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert served.stdout is not None
    told = read_until(served.stdout, "Ctrl-C stops all")
    superset, dagster = re.findall(r"http://127\.0\.0\.1:\d+\S*", told)
    assert dagster.endswith("/dagster")
    for address in (f"{superset}/health", f"{superset}/mofang/health", f"{dagster}/server_info"):
        assert requests.get(address, timeout=30).status_code == 200, address

    monkeypatch.setenv("MOFANG_HOME", str(computed.root))
    for second in ("serve", "demo"):
        assert execute([second, "--no-wait"]) == 1
        assert capsys.readouterr().err == (
            f"mofang: {computed.root} is served already: stop that `mofang serve` or demo first, "
            "or set MOFANG_HOME to another folder\n"
        )

    children = psutil.Process(served.pid).children(recursive=True)
    served.terminate()
    assert served.wait(timeout=60) == 0
    assert [each for each in children if is_alive(each.pid) and "postgres" not in each.name()] == []


def test_a_home_without_a_computed_day_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOFANG_HOME", str(tmp_path))
    assert execute(["serve"]) == 1
    assert capsys.readouterr().err == "mofang: nothing is published yet: run `mofang run` first\n"
