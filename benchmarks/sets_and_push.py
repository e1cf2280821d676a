"""A night of segment sets, and a push, against bare DuckDB, in one run.

python -m benchmarks.sets_and_push --customers 1000000

Sets: ten of them (nodes, algebra, conditions, a move, sets of sets, one frozen), with members, sizes and overlaps in
the lake; the baseline selects the same members by conditions written out by hand, into a temporary table. Push: the
largest of them to a folder; the baseline writes the same rows, in the same order, as one CSV file and hashes it.
"""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.push.actions import push
from mofang_pipeline.push.staging import sha256_of
from mofang_pipeline.segment_sets import actions, members
from tests.sets import bank
from tests.sets.conftest import FREE_CHANNEL

BEFORE, DAY = bank.FIRST, bank.LAST
LARGEST = "whoever"
Done = TypeVar("Done")
SETS: dict[str, dict[str, Any]] = {
    "whoever": {"members": "SCOPE"},
    "asleep": {"members": "F1 or F2"},
    "rich": {"where": "aum_fen >= 20000000"},
    "young": {"where": "age < 40 and has_mobile"},
    "lost": {"members": "G1 or G2 or G3"},
    "asleep_rich": {"members": "asleep and rich"},
    "asleep_young": {"members": "asleep and young"},
    "target": {"members": "(asleep_rich or asleep_young) and not lost", "where": "age >= 25"},
    "newly_asleep": {
        "flow": {"from_segment": "SLIDING", "to_segment": "ASLEEP", "days": (DAY - BEFORE).days}
    },
    "fixed": {"members": "target", "kind": "frozen", "as_of": DAY.isoformat()},
}
SLEEPS = "m.segment in ('F1', 'F2')"
TARGET = f"({SLEEPS} and (w.aum_fen >= 20000000 or (w.age < 40 and w.has_mobile)) and w.age >= 25)"
BY_HAND = {
    "whoever": "m.segment <> 'X1'",
    "asleep": SLEEPS,
    "rich": "w.aum_fen >= 20000000",
    "young": "w.age < 40 and w.has_mobile",
    "lost": "m.segment in ('G1', 'G2', 'G3')",
    "asleep_rich": f"{SLEEPS} and w.aum_fen >= 20000000",
    "asleep_young": f"{SLEEPS} and w.age < 40 and w.has_mobile",
    "target": TARGET,
    "newly_asleep": f"{SLEEPS} and before.segment in ('E1', 'E2', 'E3')",
    "fixed": TARGET,
}


@dataclass(frozen=True)
class Night:
    """Seconds, and what was done in them."""

    members: int
    sets: float
    by_hand: float
    pushed: int
    push: float
    file: float
    again: float


def measure(home: Home) -> Night:
    """The night of DAY on the home's bank. AssertionError where the baseline finds other members, or other rows."""
    for name, written in SETS.items():
        whole = {
            "set": name,
            "zh": name,
            "kind": "rolling",
            "owner": {"org": "000000", "user": "x"},
            **written,
        }
        actions.save(home, actor="x", org_code="000000", written=whole)
    rulebook, sets = actions.known_sets(home)
    with lake.writer(home) as connection:
        found, seconds = _timed(lambda: members.write_day(connection, rulebook, sets, DAY))
        rows, by_hand = _timed(lambda: _by_hand(connection))
    assert rows == _counted(home), "the baseline has other members"
    target = home.root / "out"
    asked = {"actor": "x", "set_id": LARGEST, "channel_name": "free", "as_of": DAY, "to": str(target)}
    manifest, pushing = _timed(lambda: push(home, **asked))
    _, again = _timed(lambda: push(home, **asked))
    with lake.connect(home, read_only=True) as connection:
        hashed, writing = _timed(lambda: _one_file(connection, manifest["push_id"], home.root / "bare.csv"))
    assert len(manifest["files"]) > 1 or hashed == manifest["files"][0]["sha256"], (
        "the baseline has other rows"
    )
    return Night(found[0], seconds, by_hand, manifest["rows"], pushing, writing, again)


def _by_hand(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    flags = ", ".join(f"coalesce({condition}, false) as {name}" for name, condition in BY_HAND.items())
    connection.execute(
        f"""
        create or replace temp table by_hand as
        select w.customer_key, w.province, w.city, {flags}
        from mart.customer_wide as w
        inner join mart.segment_membership as m on w.customer_key = m.customer_key and m.day = $day
        left join mart.segment_membership as before on w.customer_key = before.customer_key and before.day = $before
        where w.day = $day
        """,
        {"day": DAY, "before": BEFORE},
    )
    each = " union all ".join(
        f"select '{name}' as set_id, customer_key, province, city from by_hand where {name}"
        for name in BY_HAND
    )
    connection.execute(f"create or replace temp table member_by_hand as {each}")
    return dict(connection.execute("select set_id, count(*) from member_by_hand group by 1").fetchall())


def _counted(home: Home) -> dict[str, int]:
    with lake.connect(home, read_only=True) as connection:
        query = "select set_id, count(*) from mart.segment_set_member where day = $day group by 1"
        found = connection.execute(query, {"day": DAY}).fetchall()
    return {name: customers for name, customers in found if name in SETS}  # the rulebook has sets of its own


def _one_file(connection: duckdb.DuckDBPyConnection, push_id: str, path: Path) -> str:
    connection.execute(
        f"""
        copy (
            select listed.token, wide.province, placed.segment
            from int.push_row as listed
            inner join mart.customer_wide as wide on listed.customer_key = wide.customer_key and wide.day = '{DAY}'
            inner join mart.segment_membership as placed
                on listed.customer_key = placed.customer_key and placed.day = '{DAY}'
            where listed.push_id = '{push_id}' and listed.as_of = '{DAY}' and listed.outcome = 'pushed'
            order by listed.token
        ) to '{path}' (format csv, header)
        """
    )
    return sha256_of(path)


def _timed(work: Callable[[], Done]) -> tuple[Done, float]:
    started = time.monotonic()
    return work(), time.monotonic() - started


def home_of(folder: Path, customers: int, days: tuple[date, ...] = (BEFORE, DAY)) -> Home:
    """The tests' bank with so many customers."""
    rulebook = folder / "rulebook"
    shutil.copytree(REPOSITORY / "rulebook", rulebook)
    with (rulebook / "channels.yaml").open("a", encoding="utf-8") as file:
        file.write(FREE_CHANNEL)
    return bank.build(Home(home=folder / "home", rulebook=rulebook), days, customers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=1_000_000)
    customers = parser.parse_args().customers
    folder = Path(tempfile.mkdtemp(prefix="mofang-bench-"))
    try:
        night = measure(home_of(folder, customers))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{customers:,} customers, {len(SETS)} sets, {night.members:,} members")
    print(
        f"  sets  {night.sets:6.1f} s, by hand {night.by_hand:6.1f} s, ratio {night.sets / night.by_hand:.2f}"
    )
    print(f"  push  {night.push:6.1f} s, one file {night.file:5.1f} s, ratio {night.push / night.file:.2f}; "
          f"{night.pushed:,} rows; again {night.again:.1f} s")  # fmt: skip


if __name__ == "__main__":
    main()
