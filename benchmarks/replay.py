"""python -m benchmarks.replay --customers 3000 --days 30: past days computed again after later changes of rules.

Computes the days, then changes rules behind their backs: values of three branches from days among them, one of a
city, and head office's tree itself. Then computes them all again, wide table included, and compares every row. By
the steps' own functions and dbt; without Dagster and the checks, which change no row.
"""

import argparse
import os
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from benchmarks.night import land, run_dbt
from mofang_pipeline import lake, plan, published, rule_actions, rules
from mofang_pipeline.generator import generate
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.rulebook import read_rulebook
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.segments import rerun_province

LAST = date(2026, 6, 30)
HISTORY = timedelta(days=90)
TABLES = (
    "mart.customer_wide",
    "mart.segment_membership",
    "mart.segment_profile_daily",
    "mart.segment_distribution_daily",
    "mart.segment_transition_daily",
    "mart.rule_version_day",
)
Digests = dict[tuple[str, date], tuple[int, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=3000)
    parser.add_argument("--days", type=int, default=30)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="mofang-replay-"))
    folder.chmod(0o755)
    try:
        _replay(folder, arguments.customers, LAST - timedelta(days=arguments.days - 1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _replay(folder: Path, customers: int, first: date) -> None:
    shutil.copytree(REPOSITORY / "rulebook", folder / "rulebook")
    home = Home(home=folder / "home", rulebook=folder / "rulebook")
    os.environ |= {
        "MOFANG_HOME": str(home.root),
        "MOFANG_RULEBOOK": str(home.rulebook),
    }  # for the steps and dbt
    rulebook = read_rulebook(home.rulebook)
    generate(
        home.landing,
        customers=customers,
        first=first - HISTORY,
        last=LAST,
        seed=1,
        organisations=[vars(org) for org in rulebook.organisations.values()],
        institutions=[vars(each) for each in rulebook.institutions],
    )
    seconds, before = _computed(home, first)
    _change_rules(home, first)
    again, after = _computed(home, first)
    differing = sorted(key for key in before | after if before.get(key) != after.get(key))
    rows = sum(count for count, _ in before.values())
    print(f"{customers} customers, {first} to {LAST}: {seconds:.0f} s, again {again:.0f} s")
    print(
        f"{len(before)} partitions of {len(TABLES)} tables, {rows} rows: {len(differing)} partition(s) differ"
    )
    if differing:
        raise SystemExit(f"first: {differing[0]}")


def _computed(home: Home, first: date) -> tuple[float, Digests]:
    started = time.monotonic()
    mofang, rulebook = Mofang(), rules.in_force(home)
    with mofang.writer() as connection:
        published.write_organisations(connection, rulebook)
        land(connection, home, rulebook, LAST)
        todo = plan.make_plan(connection, first, LAST, restatement_days=rulebook.settings.restatement_days)
    run_dbt(home, todo)
    with mofang.writer() as connection:
        plan.mark_plan(connection, todo)
        for window in todo.days:
            rerun_province(connection, mofang, window.first, rulebook.tier1_codes)
    seconds = time.monotonic() - started
    found: Digests = {}
    with lake.writer(home) as connection:
        published.create_views(connection)
        for table in TABLES:
            rows = connection.execute(
                f"select day, count(*), sum(hash(row)) from {table} as row where day between ? and ? group by day",
                [first, LAST],
            ).fetchall()
            found |= {(table, day): (count, int(digest)) for day, count, digest in rows}
    return seconds, found


def _change_rules(home: Home, first: date) -> None:
    middle = first + (LAST - first) / 2
    for org_code, values, start in (
        ("540000", {"active_days": "20", "n_high": "10"}, first),
        ("440000", {"active_days": "10"}, middle),
        ("310000", {"aum_mid": "60000"}, LAST),
        ("110101", {"bal_min": "500"}, middle),
    ):
        rule_actions.set_values(
            home, actor="maker", approver="checker", org_code=org_code, values=values, effective_from=start,
            reason="replay",
        )  # fmt: skip
    tree = home.rulebook / "tree.yaml"
    text = tree.read_text(encoding="utf-8")
    changed = text.replace('when: "deposit_fen < :bal_min"', 'when: "aum_fen < :bal_min"')
    if changed == text:
        raise SystemExit("tree.yaml has changed; choose another condition to edit here")
    tree.write_text(changed, encoding="utf-8")


if __name__ == "__main__":
    main()
