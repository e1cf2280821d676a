"""The CDNOW example by its own commands: published month-end counts and flows of real customers, exact."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "cdnow"
CUSTOMERS, FIRST = 23_570, "1997-02-28"
STATES = ("new", "active", "return", "unactive", "unreg")
COUNTS = {
    # month end:    new active return unactive unreg
    "1997-01-31": (7846,     0,     0,      0, 15724),
    "1997-02-28": (8476,  1157,     0,   6689,  7248),
    "1997-03-31": (7248,  1681,   595,  14046,     0),
    "1997-04-30": (   0,  1773,  1049,  20748,     0),
    "1997-05-31": (   0,   852,  1362,  21356,     0),
    "1998-06-30": (   0,   446,  1060,  22064,     0),
}  # fmt: skip
FLOW = {
    ("new",      "active"  ): 1312,
    ("new",      "unactive"): 7164,
    ("active",   "active"  ):  369,
    ("active",   "unactive"):  788,
    ("unactive", "return"  ):  595,
    ("unactive", "unactive"): 6094,
    ("unreg",    "new"     ): 7248,
}  # fmt: skip

Rows = list[dict[str, Any]]
Cdnow = Callable[..., Rows]


@pytest.fixture(scope="module")
def cdnow(tmp_path_factory: pytest.TempPathFactory) -> Cdnow:
    """The example's home, used as the README says: `cdnow(command, option=day)` computes the days, then asks.

    The first day and the adapter are programs of their own; the others are spared a start each.
    """
    home = tmp_path_factory.mktemp("cdnow")
    os.environ.update(MOFANG_HOME=str(home), MOFANG_RULEBOOK=str(EXAMPLE / "rulebook"))

    def program(*arguments: str | Path) -> None:
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"

    def mofang(*arguments: str) -> str:
        with redirect_stdout(StringIO()) as printed:
            assert execute(list(arguments)) == 0, arguments
        return printed.getvalue()

    @cache  # a day is computed once, by the first test that asks for it
    def compute(day: str) -> None:
        mofang("run", "--from", day, "--to", day)

    def ask(command: str, **days: str) -> Rows:
        for day in days.values():
            if day != FIRST:
                compute(day)
        options = [each for name, day in days.items() for each in (f"--{name.strip('_')}", day)]
        rows: Rows = json.loads(mofang(command, *options, "--format", "json"))
        return rows

    program(EXAMPLE / "adapt.py", "--home", home)
    program("-m", "mofang_pipeline.cli", "run", "--from", FIRST, "--to", FIRST)
    return ask


@pytest.mark.parametrize("day", COUNTS)
def test_a_month_end_has_the_published_counts(cdnow: Cdnow, day: str) -> None:
    customers = {row["node_id"]: row["customers"] for row in cdnow("tree", day=day)}
    assert customers == {"root": CUSTOMERS} | dict(zip(STATES, COUNTS[day], strict=True))


def test_the_flow_from_february_to_march_is_the_published_one(cdnow: Cdnow) -> None:
    rows = cdnow("flow", from_="1997-02-28", to="1997-03-31")
    assert {(row["from_segment"], row["to_segment"]): row["customers"] for row in rows} == FLOW
