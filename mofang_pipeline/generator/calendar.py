"""How busy a day is: weekday, holiday, salary day and Spring Festival. Pure; numbers are in calibration."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from math import floor

import chinese_calendar

from mofang_pipeline.generator import calibration

EPOCH = date(1970, 1, 1)
_MEAN_LUNATION = 29.530588853
_NEW_MOON = 10962.76 + 8 / 24  # 2000-01-06 18:14 UTC in days since EPOCH, on Chinese clocks
_FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (5, 3)} | {(10, day) for day in range(1, 8)})


@dataclass(frozen=True)
class BusyDay:
    """A day: `number` counts days since 1970-01-01, `factor` multiplies the payments of a plain day."""

    number: int
    factor: float
    day_of_month: int
    month: int
    stamp: str


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


def day_range(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    return (first + timedelta(n) for n in range((last - first).days + 1))


@cache
def new_year(year: int) -> date:
    """Chinese New Year's day (春节), exact for 2004-2026 from chinese-calendar.

    Other years fall back to the mean new moon between 21 January and 20 February, at most a day or two off.
    """
    known = [
        day
        for day, name in chinese_calendar.constants.holidays.items()
        if day.year == year and name == chinese_calendar.Holiday.spring_festival.value
    ]
    return _from_known(min(known), year) if known else _mean_new_year(year)


def _from_known(first_free_day: date, year: int) -> date:
    # The days off begin on the new year's day or up to two days before it, so the moon decides.
    estimate = _mean_new_year(year)
    return min((first_free_day + timedelta(n) for n in range(3)), key=lambda day: abs((day - estimate).days))


def _mean_new_year(year: int) -> date:
    start = day_number(date(year, 1, 21)) + 0.5
    moon = _NEW_MOON + floor((start - _NEW_MOON) / _MEAN_LUNATION + 1) * _MEAN_LUNATION
    return EPOCH + timedelta(floor(moon))


def busy_day(day: date) -> BusyDay:
    """The day with its factor; years outside 2004-2026 know the fixed holidays only."""
    return BusyDay(day_number(day), _factor(day), day.day, day.month, f"{day:%Y%m%d}")


def _factor(day: date) -> float:
    return (
        (calibration.WEEKEND_FACTOR if day.weekday() in (4, 5) else 1.0)
        * (calibration.SALARY_FACTOR if day.day in calibration.SALARY_DAYS else 1.0)
        * {(11, 11): calibration.DOUBLE_ELEVEN, (6, 18): calibration.MID_JUNE}.get((day.month, day.day), 1.0)
        * _festival_factor(day)
    )


def _festival_factor(day: date) -> float:
    after = (day - new_year(day.year)).days
    if after == -1:
        return calibration.EVE_FACTOR
    if 0 <= after < 5:
        return calibration.FESTIVAL_FACTOR
    return calibration.HOLIDAY_FACTOR if _is_holiday(day) else 1.0


def _is_holiday(day: date) -> bool:
    try:
        return chinese_calendar.get_holiday_detail(day)[1] is not None and chinese_calendar.is_holiday(day)
    except NotImplementedError:
        return (day.month, day.day) in _FIXED_HOLIDAYS
