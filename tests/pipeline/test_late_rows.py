"""Rows that arrive after their day: restated within the window, reported as stale beyond it, never dropped."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pytest

from mofang_pipeline.home import Home
from tests.pipeline.conftest import run
from tests.pipeline.test_exactness import Reading, contents, differing_rows


@pytest.fixture(scope="module")
def late(new_home: Callable[[str], Home]) -> Home:
    """Days 02-03 to 02-06 computed; then with dt=02-07 two payments arrive, of 02-05 and of 02-02; 02-07 computed."""
    home = new_home("late")
    run(home, date(2026, 2, 3), date(2026, 2, 6))
    account = _some_account(home.landing)
    with duckdb.connect() as connection:
        connection.execute(
            f"""copy (
                select
                    'LATE-' || day as txn_id,
                    '{account}' as account_id,
                    cast(day || ' 12:00:00' as timestamp) as paid_at,
                    777 as amount_fen
                from (values ('2026-02-05'), ('2026-02-02')) as days (day)
            ) to '{home.landing}/payment/dt=2026-02-07/late.parquet'"""
        )
    run(home, date(2026, 2, 7), date(2026, 2, 7))
    return home


def _some_account(landing: Path) -> str:
    row = duckdb.sql(
        f"""
        select account_id from '{landing}/account/dt=2025-12-20/*.parquet' as account
        join '{landing}/customer/dt=2025-12-20/*.parquet' as customer using (customer_id)
        where customer.status = 'active' order by account_id limit 1
        """
    ).fetchone()
    assert row
    return str(row[0])


@pytest.mark.parametrize("day", [3, 4, 5, 6, 7])
def test_every_day_knows_what_arrived_within_its_window(late: Home, reading: Reading, day: int) -> None:
    assert differing_rows(reading(late), date(2026, 2, day)) == 0


def test_restated_days_are_as_if_computed_at_once(
    late: Home, reading: Reading, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at_once = Home(home=tmp_path_factory.mktemp("at_once"))
    shutil.copytree(late.landing, at_once.landing, dirs_exist_ok=True)
    run(at_once, date(2026, 2, 3), date(2026, 2, 7))
    assert contents(reading(late)) == contents(reading(at_once))


def test_only_days_beyond_the_window_are_stale(late: Home, reading: Reading) -> None:
    stale = (
        reading(late).execute("select distinct day from mart.day_status where stale and computed").fetchall()
    )
    assert stale == [(date(2026, 2, 3),)]
