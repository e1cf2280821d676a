from datetime import date

import pytest

from mofang_pipeline.generator import calendar


@pytest.mark.parametrize(
    "expected",
    [date(2004, 1, 22), date(2007, 2, 18), date(2014, 1, 31), date(2025, 1, 29), date(2026, 2, 17)],
)
def test_new_year_is_known(expected: date) -> None:
    assert calendar.new_year(expected.year) == expected


@pytest.mark.parametrize(
    "expected", [date(1997, 2, 7), date(1998, 1, 28), date(2028, 1, 26), date(2034, 2, 19)]
)
def test_new_year_falls_back_to_the_moon_within_a_day(expected: date) -> None:
    assert abs((calendar.new_year(expected.year) - expected).days) <= 1


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2025, 3, 4), 1.0),
        (date(2025, 3, 7), 1.08),
        (date(2025, 3, 10), 1.1),
        (date(2025, 11, 11), 1.5),
        (date(2025, 6, 18), 1.3),
        (date(2025, 1, 28), 1.6),
        (date(2025, 1, 29), 0.75),
        (date(2031, 10, 1), 1.05),
    ],
)
def test_factor_of_a_day(day: date, expected: float) -> None:
    assert calendar.busy_day(day).factor == pytest.approx(expected)
