"""Stand-ins for dbt_project/macros, so that sqlfluff can read a model without starting dbt.

Each gives SQL of the same form as its macro, not of the same meaning. A macro that a model calls and that is
not here makes `make lint` name it.
"""

from types import SimpleNamespace

DAY = "cast('2026-01-01' as date)"

model = SimpleNamespace(columns={"day": SimpleNamespace(name="day", data_type="date")})
execute = True


def first_day() -> str:
    return DAY


def last_day() -> str:
    return DAY


def base_day() -> str:
    return DAY


def crossed_days() -> str:
    return DAY


def crossed(distance: int) -> str:
    return f"event_day > {DAY}"


def known_in_window() -> str:
    return f"known_day between {DAY} and {DAY}"


def handed_over(relation: str, key: str) -> str:
    return f"select * from {relation} where {key} is not null"


def add_days(day: str, number: int) -> str:
    return f"cast({day} + interval {number} day as date)"


def days_before(day: str, number: int) -> str:
    return f"cast({day} - interval {number} day as date)"


def days_between(earlier: str, later: str) -> str:
    return f"date_diff('day', {earlier}, {later})"


def month_start(day: str) -> str:
    return f"cast(date_trunc('month', {day}) as date)"


def age_on(birth_date: str, day: str) -> str:
    return f"year({day}) - year({birth_date})"


def activity_measures() -> list[str]:
    return ["pay_cnt", "pay_amt"]


def activity_columns(given: dict[str, str]) -> str:
    return "\n        0 as pay_cnt,\n        0 as pay_amt"


def rolling_measures() -> list[tuple[str, str, int, int]]:
    return [("pay_cnt_1d", "pay_cnt", 0, 1), ("pay_amt_7d", "pay_amt", 0, 7)]
