"""Reconciliation with breaks of every class planted: what is found, what it costs, and what late files move.

python -m benchmarks.reconciliation --grants 1000000
"""

import argparse
import shutil
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.reconciliation.daily import reconcile_days
from mofang_pipeline.reconciliation.facts import Terms

FIRST, LAST = date(2026, 3, 1), date(2026, 4, 10)
PLANTED = Path(__file__).with_suffix("").with_name("planted_rewards.sql")
COMPARED = """
    select
        count(*) as rows,
        count(*) filter (expected not in ('matched', 'unredeemed', 'refunded')) as planted,
        count(*) filter (expected not in ('matched', 'unredeemed', 'refunded') and class = expected) as found,
        count(*) filter (
            class not in ('matched', 'unredeemed', 'refunded') and class is distinct from expected
        ) as false,
        count(*) filter (class is distinct from expected) as wrong
    from planted_row
    full outer join (
        select side, row_id, class from reward_row inner join reward_item using (item_kind, item_id)
    ) using (side, row_id)
"""
SUMS = """
    select sum(grant_rows), sum(grant_fen), sum(statement_rows), sum(statement_fen), sum(ledger_rows), sum(ledger_fen)
    from lake.mart.campaign_reconciliation where day = ?
"""
TOTALS = """
    select
        (select count(*) from lake.landed.reward_grant), (select sum(amount_fen) from lake.landed.reward_grant),
        (select count(*) from lake.landed.reward_statement), (select sum(amount_fen) from lake.landed.reward_statement),
        (select count(*) from lake.landed.reward_ledger), (select sum(amount_fen) from lake.landed.reward_ledger)
"""
# What was stated lately is posted a day later, at last.
LATE = """
    insert into lake.landed.reward_ledger by name
    select
        $day as dt, 2 as load_id, 'L' || row_id as entry_id, row_id as statement_id, campaign as campaign_id,
        fen as amount_fen, $day as posted_on, $day as event_day, $day as known_day, 1 as sign
    from planted_row where side = 'statement' and kind = 'stated lately' and campaign = 'B0';
    insert into lake.landed.touch select 2, 'reward_ledger', $day, $day, 1;
"""
KEPT = """
    create or replace temp table item_before as
    select campaign, item_kind, item_id, class from lake.int.campaign_break where day = ?
"""
MOVED = """
    select count(*), count(*) filter (before.class = 'timing' and before.campaign = 'B0' and after.class is null)
    from item_before as before
    full outer join (select * from lake.int.campaign_break where day = ?) as after using (campaign, item_kind, item_id)
    where before.class is distinct from after.class
"""


@dataclass(frozen=True)
class Outcome:
    """Rows: landed, planted in a break, found in it, in a break by mistake, in any wrong class."""

    rows: int
    planted: int
    found: int
    false: int
    wrong: int
    sums_meet_totals: bool
    seconds: float
    moved: int  # items of another class after the late file
    moved_as_planted: int
    late_seconds: float

    @property
    def holds(self) -> bool:
        return (
            self.found == self.planted
            and not self.false
            and not self.wrong
            and self.sums_meet_totals
            and self.moved == self.moved_as_planted > 0
        )


def measure(connection: duckdb.DuckDBPyConnection, grants: int) -> Outcome:
    """Plants `grants` grants and their rows in the empty lake of `connection`, and reconciles two nights."""
    with lake.outside(connection):
        plant(connection, grants)
    seconds = _night(connection, LAST)
    with lake.outside(connection):
        compared = connection.execute(COMPARED).fetchone()
        meets = connection.execute(SUMS, [LAST]).fetchone() == connection.execute(TOTALS).fetchone()
        connection.execute(KEPT, [LAST])
        _run(connection, LATE, day=LAST + timedelta(1))
    late_seconds = _night(connection, LAST + timedelta(1))
    with lake.outside(connection):
        moved = connection.execute(MOVED, [LAST + timedelta(1)]).fetchone()
    assert compared and moved
    return Outcome(*compared, meets, seconds, *moved, late_seconds)


def plant(connection: duckdb.DuckDBPyConnection, grants: int) -> None:
    _run(connection, PLANTED.read_text(encoding="utf-8"), grants=grants, first=FIRST, last=LAST)


def _run(connection: duckdb.DuckDBPyConnection, script: str, **values: object) -> None:
    for each in connection.extract_statements(script):
        used = {name: value for name, value in values.items() if f"${name}" in each.query}
        connection.execute(each.query, used)


def _night(connection: duckdb.DuckDBPyConnection, day: date) -> float:
    started = time.monotonic()
    reconcile_days(connection, [day], terms=Terms())
    return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--grants", type=int, default=1_000_000)
    grants = parser.parse_args().grants
    folder = Path(tempfile.mkdtemp(prefix="mofang-bench-"))
    try:
        with lake.writer(Home(home=folder)) as connection:
            tables.create_tables(connection)
            published.create_tables(connection)
            outcome = measure(connection, grants)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for name, value in vars(outcome).items():
        print(f"{name:>18} {value:,.1f}" if isinstance(value, float) else f"{name:>18} {value:,}")
    print("holds" if outcome.holds else "DOES NOT HOLD")


if __name__ == "__main__":
    main()
