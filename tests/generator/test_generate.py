"""What holds for any call: the same bytes each time, any day alone, a report of progress, clear refusals."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from mofang_pipeline.generator import GenerateSummary

Made = Callable[..., GenerateSummary]
EVENTS = (
    "agreement", "payment", "inflow", "campaign_contact", "reward_grant", "reward_statement", "reward_ledger",
)  # fmt: skip
DAY = date(2024, 11, 11)


def digests(landing: Path, pattern: str) -> dict[str, str]:
    return {
        str(path.relative_to(landing)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(landing.glob(pattern))
    }


@pytest.fixture(scope="module")
def five_days(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    landing = tmp_path_factory.mktemp("five")
    made(landing, customers=3000, first=DAY - timedelta(3), last=DAY + timedelta(1), seed=5)
    return landing


def test_the_same_arguments_give_the_same_bytes(made: Made, five_days: Path, tmp_path: Path) -> None:
    made(tmp_path, customers=3000, first=DAY - timedelta(3), last=DAY + timedelta(1), seed=5)
    assert digests(tmp_path, "*/*/*") == digests(five_days, "*/*/*")


def test_any_day_alone_has_the_same_events(made: Made, five_days: Path, tmp_path: Path) -> None:
    made(tmp_path, customers=3000, first=DAY, last=DAY, seed=5)
    alone = {name: digests(tmp_path, f"{name}/dt={DAY}/part.*") for name in EVENTS}
    assert alone == {name: digests(five_days, f"{name}/dt={DAY}/part.*") for name in EVENTS}


def test_the_batch_does_not_change_the_events(made: Made, tmp_path: Path, year: Path) -> None:
    made(tmp_path, customers=10_000, first=DAY, last=DAY, seed=1)
    assert digests(tmp_path, f"payment/dt={DAY}/*") == digests(year, f"payment/dt={DAY}/*")


def test_another_seed_gives_other_payments(made: Made, five_days: Path, tmp_path: Path) -> None:
    made(tmp_path, customers=3000, first=DAY, last=DAY, seed=6)
    assert digests(tmp_path, f"payment/dt={DAY}/*") != digests(five_days, f"payment/dt={DAY}/*")


@pytest.mark.parametrize("day", [date(1999, 12, 31), date(2040, 2, 29)])
def test_far_years_work(made: Made, tmp_path: Path, day: date) -> None:
    assert made(tmp_path, customers=2000, first=day, last=day, seed=5).rows["payment"] > 200


def test_progress_names_every_day(made: Made, tmp_path: Path) -> None:
    days: list[date] = []
    made(tmp_path, customers=10, first=DAY, last=DAY + timedelta(2), seed=5, progress=days.append)
    assert days == [DAY, DAY + timedelta(1), DAY + timedelta(2)]


def test_required_tables_have_a_file_every_day(made: Made, tmp_path: Path) -> None:
    made(tmp_path, customers=1, first=DAY, last=DAY + timedelta(1), seed=5)
    found = {path.parts[-3] for path in tmp_path.glob(f"*/dt={DAY + timedelta(1)}/*")}
    assert found >= {"customer", "account", "payment"}


def test_no_temporary_file_is_left(five_days: Path) -> None:
    assert list(five_days.glob("*/*/.*")) == []


@pytest.mark.parametrize(("customers", "last"), [(0, DAY), (10, DAY - timedelta(1))])
def test_unusable_arguments_are_refused(made: Made, tmp_path: Path, customers: int, last: date) -> None:
    with pytest.raises(ValueError, match="give"):
        made(tmp_path, customers=customers, first=DAY, last=last, seed=1)
