"""Which days Dagster offers: those that have landed and on with the calendar, or to the end of the data."""

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from mofang_pipeline.home import Home
from mofang_pipeline.steps.partitions import daily


def landed(root: Path, *days: str) -> Path:
    for day in days:
        folder = root / "landing" / "payment" / f"dt={day}"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("txn_id\n", encoding="utf-8")
    return root


def test_days_end_with_the_data_where_they_end_for_good(tmp_path: Path) -> None:
    home = Home(home=landed(tmp_path, "2026-01-03", "2026-01-05"), data_end=date(2026, 1, 6))
    assert daily(home).get_partition_keys() == ["2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06"]


def test_a_file_that_lands_after_the_end_is_offered_all_the_same(tmp_path: Path) -> None:
    home = Home(home=landed(tmp_path, "2026-01-05", "2026-01-07"), data_end=date(2026, 1, 6))
    assert daily(home).get_partition_keys()[-1] == "2026-01-07"


@pytest.mark.parametrize("zone", ["Etc/GMT-14", "Etc/GMT+12"])  # in one of them it is another day than UTC's
def test_else_days_go_on_with_the_calendar_whatever_the_machines_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    with monkeypatch.context() as patched:
        patched.setenv("TZ", zone)
        time.tzset()
        went_on = daily(Home(home=landed(tmp_path / "old", "2026-01-05"))).get_last_partition_key()
        ahead = daily(Home(home=landed(tmp_path / "ahead", f"{tomorrow}"))).get_last_partition_key()
    time.tzset()
    assert (went_on in (f"{tomorrow - timedelta(days=1)}", f"{tomorrow}"), ahead) == (True, f"{tomorrow}")
