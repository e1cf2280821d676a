"""The CDNOW example by its own commands: published month-end counts and flows of real customers, exact."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mofang_pipeline.home import REPOSITORY

EXAMPLE = REPOSITORY / "examples" / "cdnow"
CUSTOMERS = 23_570
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
    """The example's home, used as the README says: `cdnow(command, option=day)` computes the days, then asks."""
    home = tmp_path_factory.mktemp("cdnow")
    environment = os.environ | {"MOFANG_HOME": str(home), "MOFANG_RULEBOOK": str(EXAMPLE / "rulebook")}

    def python(*arguments: str | Path) -> str:
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
        return done.stdout

    @cache  # a day is computed once, by the first test that asks for it
    def compute(day: str) -> None:
        python("-m", "mofang_pipeline.cli", "run", "--from", day, "--to", day)

    def ask(command: str, **days: str) -> Rows:
        for day in days.values():
            compute(day)
        options = [each for name, day in days.items() for each in (f"--{name.strip('_')}", day)]
        rows: Rows = json.loads(python("-m", "mofang_pipeline.cli", command, *options, "--format", "json"))
        return rows

    python(EXAMPLE / "adapt.py", "--home", home)
    return ask


@pytest.mark.parametrize("day", COUNTS)
def test_a_month_end_has_the_published_counts(cdnow: Cdnow, day: str) -> None:
    customers = {row["node_id"]: row["customers"] for row in cdnow("tree", day=day)}
    assert customers == {"root": CUSTOMERS} | dict(zip(STATES, COUNTS[day], strict=True))


def test_the_flow_from_february_to_march_is_the_published_one(cdnow: Cdnow) -> None:
    rows = cdnow("flow", from_="1997-02-28", to="1997-03-31")
    assert {(row["from_segment"], row["to_segment"]): row["customers"] for row in rows} == FLOW
