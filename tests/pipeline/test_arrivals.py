"""Which day is due in a home that has never computed one, before there is a lake to ask."""

from datetime import date
from pathlib import Path

import dagster as dg

from mofang_pipeline.arrivals import REQUIRED, Due, due_days, has_landed
from mofang_pipeline.home import Home
from mofang_pipeline.steps.triggers import build_sensor

DAY = date(2026, 1, 5)


def landed(root: Path, *tables: str) -> Home:
    for table in tables:
        folder = root / "landing" / table / f"dt={DAY}"
        folder.mkdir(parents=True)
        (folder / "a.csv").write_text("header\n", encoding="utf-8")
    return Home(home=root)


def test_the_first_day_is_due_as_soon_as_it_is_complete(tmp_path: Path) -> None:
    assert due_days(landed(tmp_path, *REQUIRED)) == Due((DAY, DAY), "the first day to compute")


def test_a_day_is_asked_for_once_and_again_when_a_file_is_replaced(tmp_path: Path) -> None:
    def asked() -> str | None:
        request = build_sensor(home)(dg.build_sensor_context())
        assert isinstance(request, dg.RunRequest)
        return request.run_key

    home = landed(tmp_path, *REQUIRED)
    first = asked()
    assert asked() == first
    (home.landing / "payment" / f"dt={DAY}" / "a.csv").write_text("header corrected\n", encoding="utf-8")
    assert asked() != first


def test_an_incomplete_first_day_is_not_due(tmp_path: Path) -> None:
    assert due_days(landed(tmp_path, "payment")) == Due(None, f"{DAY}: customer, account not arrived")


def test_there_is_nothing_to_compute_from_before_the_first_landed_day(tmp_path: Path) -> None:
    home = landed(tmp_path, "payment")
    assert (has_landed(home, date(2026, 1, 4)), has_landed(home, DAY)) == (False, True)
