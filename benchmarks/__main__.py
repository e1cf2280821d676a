"""`make bench`: nights of several sizes against bare DuckDB, and the same night with more history behind it.

python -m benchmarks --trees 1000                            # random rulebooks through the proof, no nights
python -m benchmarks --customers 100000 300000 1000000       # ratio lake / bare, by size
python -m benchmarks --customers 100000 --history 30 90 365  # the same night, by days of history
"""

import argparse
import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

from benchmarks import trees
from benchmarks.night import compile_models, night_bare, night_in_lake, prepare
from mofang_pipeline.generator import generate
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import read_rulebook, require_valid

NIGHT = date(2026, 6, 30)
COLUMNS = ("landing", "wide_table", "segments", "profiles", "transitions", "total")


def main() -> None:
    arguments = _arguments()
    if arguments.trees:
        trees.report(arguments.trees)
        return
    heads = " ".join(f"{name:>12}" for name in COLUMNS)
    print(f"{'customers':>10} {'history':>8} {'':>9} {heads} {'ratio':>6}")
    for customers in arguments.customers:
        for history in arguments.history:
            folder = Path(tempfile.mkdtemp(prefix="mofang-bench-", dir=arguments.folder))
            try:
                _measure(Home(home=folder), customers, history)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


def _measure(home: Home, customers: int, history: int) -> None:
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
        for name, night in (("bare", bare), ("lake", lake)):
            seconds = {column: getattr(getattr(night, column), clock) for column in COLUMNS}
            ratio = seconds["total"] / getattr(bare.total, clock)
            shown = " ".join(f"{each:12.2f}" for each in seconds.values())
            print(f"{customers:>10,} {history:>8} {name} {clock:>4} {shown} {ratio:6.2f}", flush=True)


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
