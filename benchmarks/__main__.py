"""`make bench`: nights of several sizes against bare DuckDB, and the same night with more history behind it.

python -m benchmarks --trees 1000                            # random rulebooks through the proof, no nights
python -m benchmarks --customers 100000 300000 1000000       # ratio lake / bare, by size
python -m benchmarks --customers 100000 --history 30 90 365 730  # the same night, by days of history

Then what each step costs in CPU seconds, a column per night measured.
"""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from benchmarks import trees
from benchmarks.night import Night, compile_models, night_bare, night_in_lake, prepare
from mofang_pipeline.generator import generate
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import read_rulebook, require_valid

NIGHT = date(2026, 6, 30)


def main() -> None:
    arguments = _arguments()
    if arguments.trees:
        trees.report(arguments.trees)
        return
    print(f"{'customers':>10} {'history':>8} {'':>4} {'bare':>8} {'lake':>8} {'ratio':>6}")
    nights = []
    for customers in arguments.customers:
        for history in arguments.history:
            folder = Path(tempfile.mkdtemp(prefix="mofang-bench-", dir=arguments.folder))
            try:
                nights.append((f"{customers:,}/{history}", *_measure(Home(home=folder), customers, history)))
            finally:
                shutil.rmtree(folder, ignore_errors=True)
    _print_steps(nights)


def _measure(home: Home, customers: int, history: int) -> tuple[Night, Night]:
    rulebook = require_valid(read_rulebook(home.rulebook))
    generate(
        home.landing,
        customers=customers,
        first=NIGHT - timedelta(days=history),
        last=NIGHT,
        seed=1,
        organisations=[vars(org) for org in rulebook.organisations.values()],
        institutions=[vars(each) for each in rulebook.institutions],
    )
    prepare(home, rulebook, NIGHT)
    bare = night_bare(home, rulebook, NIGHT, compile_models(home, home.folder("compiled")))
    lake = night_in_lake(home, rulebook, NIGHT)
    for clock in ("wall", "cpu"):
        ours, theirs = getattr(lake.total, clock), getattr(bare.total, clock)
        print(
            f"{customers:>10,} {history:>8} {clock:>4} {theirs:8.2f} {ours:8.2f} {ours / theirs:6.2f}",
            flush=True,
        )
    return bare, lake


def _print_steps(nights: Sequence[tuple[str, Night, Night]]) -> None:
    """CPU seconds by step: a table for the bare night and one for the lake, a column per night."""
    names = "".join(f"{name:>15}" for name, _, _ in nights)
    for where, measured in (
        ("bare", [bare for _, bare, _ in nights]),
        ("lake", [lake for _, _, lake in nights]),
    ):
        print(f"\n{where:<24}{names}")
        for step in measured[0].steps:
            print(f"{step:<24}" + "".join(f"{night.steps[step].cpu:15.2f}" for night in measured))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--customers", type=int, nargs="+", default=[100_000])
    parser.add_argument("--history", type=int, nargs="+", default=[30], help="days landed before the night")
    parser.add_argument("--trees", type=int, help="prove this many random trees instead")
    parser.add_argument("--folder", type=Path, help="where to put the homes (default: the system's)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
