"""The rule language: what it computes in DuckDB, and what it refuses."""

from datetime import date
from typing import Any

import pytest
import sqlglot
from hypothesis import given
from hypothesis import strategies as st
from rulebook_cases import REAL, customer, evaluated

from mofang_pipeline.rulebook import read_rulebook, segment_case
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.expression import parse_condition, parse_constraint
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.sql import syntax
from mofang_pipeline.rulebook.terms import normal
from mofang_pipeline.rulebook.wording import worded

PARAMETERS = {"n": "int", "rich": "money", "rate": "number"}
VALUES: dict[str, Any] = {"n": 10, "rich": 50_000, "rate": 0.5}
PERIOD = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 12, 31)}
ROWS = [{"org_code": "110101", **PERIOD, **VALUES}]

COMPUTED = [
    ("pay_cnt_30d >= :n", {"pay_cnt_30d": 10}, True),
    ("(:n <= pay_cnt_30d) and (is_rural)", {"pay_cnt_30d": 10, "is_rural": True}, True),
    ("aum_fen >= :rich", {"aum_fen": 49_999}, False),
    ("aum_fen >= :rich", {"aum_fen": 50_000}, True),
    ("aum_fen >= 50000", {"aum_fen": 50_000}, True),
    ("age between 16 and 64", {"age": 64}, True),
    ("age not between 16 and 64", {"age": None}, None),
    ("top_institution_30d in ('wechat', 'alipay')", {"top_institution_30d": "alipay"}, True),
    ("age in (1, :n)", {"age": 10}, True),
    ("age not in (1, 2)", {"age": 3}, True),
    ("not has_mobile or id_expired", {"has_mobile": None, "id_expired": True}, True),
    ("is_rural and age > 1", {"is_rural": None}, None),
    ("is_rural = true", {"is_rural": True}, True),
    ("city is not null", {"city": "110101"}, True),
    ("first_paid_on >= month_start", {"first_paid_on": date(2026, 3, 1)}, True),
    ("first_paid_on < '2026-03-02'", {"first_paid_on": date(2026, 3, 1)}, True),
    ("days(day, first_paid_on) = 30", {"first_paid_on": date(2026, 3, 1)}, True),
    ("days(first_paid_on, day) < 0", {"first_paid_on": date(2026, 3, 1)}, True),
    ("pay_amt_30d / pay_cnt_30d >= :rich", {"pay_amt_30d": 100_001, "pay_cnt_30d": 2}, True),
    ("pay_cnt_7d / pay_cnt_30d > :rate", {"pay_cnt_7d": 2, "pay_cnt_30d": 3}, True),
    ("pay_cnt_7d / pay_cnt_30d >= 0", {"pay_cnt_7d": 1, "pay_cnt_30d": 0}, None),
    ("pay_cnt_7d + pay_cnt_30d > 0", {"pay_cnt_7d": 2_147_483_647, "pay_cnt_30d": 2_147_483_647}, True),
    ("2147483647 + 2147483647 > 0", {}, True),
    ("aum_fen * 1.5 > 3", {"aum_fen": 9_000_000_000_000_000_000}, True),
    ("-age < -5", {"age": 6}, True),
    ("age - -1 = 7", {"age": 6}, True),
    ("(age - 1) * 2 = 10", {"age": 6}, True),
    ("12 / 2 / 3 = age", {"age": 2}, True),
    ("12 - (4 - 2) = age", {"age": 10}, True),
    ("coalesce(age, tenure_days, 7) = 7", {"age": None, "tenure_days": None}, True),
    ("coalesce(gender, '') = ''", {"gender": None}, True),
    ("province = '110000' or age = 1 and age = 2", {}, True),
    ("(province = '110000' or age = 1) and age = 2", {"age": 40}, False),
]


@pytest.mark.parametrize(("text", "values", "expected"), COMPUTED)
def test_computed_by_duckdb(text: str, values: dict[str, Any], expected: bool | None) -> None:
    sql = syntax(parse_condition(text, PARAMETERS)).sql(dialect="duckdb")
    assert evaluated(sql, [customer(**values)], ROWS) == [expected]


@pytest.mark.parametrize(("text", "values", "expected"), COMPUTED)
def test_computed_by_the_evaluator(text: str, values: dict[str, Any], expected: bool | None) -> None:
    assert evaluate(parse_condition(text, PARAMETERS), customer(**values), VALUES) is expected


@pytest.mark.parametrize(("text", "values", "expected"), COMPUTED)
def test_wording_means_the_same(text: str, values: dict[str, Any], expected: bool | None) -> None:
    words = worded(parse_condition(text, PARAMETERS), VALUES)
    assert evaluate(parse_condition(words, PARAMETERS), customer(**values), {}) is expected


@pytest.mark.parametrize("text", [text for text, _, _ in COMPUTED])
def test_spark_text_is_spark(text: str) -> None:
    sql = syntax(parse_condition(text, PARAMETERS)).sql(dialect="spark")
    assert sqlglot.parse_one(sql, read="spark").sql(dialect="spark") == sql


def test_the_whole_case_is_spark() -> None:
    assert sqlglot.parse_one(segment_case(read_rulebook(REAL), dialect="spark"), read="spark").key == "case"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be read|not one expression"),
        ("age", "type int"),
        ("age = NaN", "unknown column of customer_wide 'NaN'"),
        ("aum_fen > 1e309", "1e309"),
        ("aum_fen > 1e5", "1e5"),
        ("aum_fen > 99999999999999999999", "too many digits"),
        ("aum_fen > 0x10", "0x10"),
        ("age = 1_000", "1_000"),
        ("age = 1; drop table w", "';"),
        ("age = 1 -- and age = 2", "'--'"),
        ("age = 1 /* c */", r"'/\*'"),
        ("age::int = 1", "'::"),
        ("cast(age as int) = 1", "'cast'"),
        ('"age" = 1', "rule language"),
        ("`age` = 1", "rule language"),
        ("年龄 = 1", "rule language"),
        ("аge = 1", "rule language"),
        ("w.age = 1", "rule language"),
        ("customer_wide.age = 1", "rule language"),
        ("customer_key = 1", "unknown column of customer_wide 'customer_key'"),
        ("token is null", "unknown column of customer_wide 'token'"),
        ("nobody = 1", "unknown column of customer_wide 'nobody'"),
        ("age > :nothing", "unknown parameter ':nothing'"),
        ("age > n", "unknown column of customer_wide 'n'"),
        ("age > ?", "rule language"),
        ("age > $n", "rule language"),
        ("age > @n", "rule language"),
        ("age in (select 1)", "rule language"),
        ("(select count(*) from w) > 1", "rule language"),
        ("exists (select 1)", "rule language"),
        ("age in ()", "at least one|cannot be read"),
        ("age in (1, null)", "'null'"),
        ("age = null", "'null'"),
        ("read_csv('x') = 1", "'read_csv'|'readcsv'"),
        ("getenv('HOME') = 'x'", "function 'getenv'"),
        ("sleep(9) = 1", "function 'sleep'"),
        ("abs(age) = 1", "'abs'"),
        ("day(day) = 1", "'day'"),
        ("current_date > day", "rule language"),
        ("case when is_rural then is_rural end", "'case'"),
        ("if(is_rural, is_rural, is_rural)", "rule language"),
        ("gender like 'F'", "'like'"),
        ("gender || 'x' = 'Fx'", "rule language"),
        ("gender = 'a''b'", "rule language"),
        ("gender = e'F'", "rule language"),
        ("gender > 'F'", "no order"),
        ("is_rural is true", "null or not null"),
        ("is_rural > false", "no order"),
        ("age = 'x'", "cannot be compared"),
        ("gender = 1", "cannot be compared"),
        ("first_paid_on > 5", "cannot be compared"),
        ("first_paid_on > '2026-02-30'", "not a date"),
        ("first_paid_on - last_paid_on > 5", "days"),
        ("days(day, age) > 5", "two dates"),
        ("days(day) > 5", "two dates"),
        ("coalesce(age) = 1", "at least two"),
        ("coalesce(age, 'x') = 1", "cannot be compared"),
        ("aum_fen >= :n", "cannot be compared"),
        ("pay_cnt_30d >= :rich", "cannot be compared"),
        ("aum_fen + age > 1", "cannot be compared"),
        ("aum_fen * deposit_fen > 1", "money times money"),
        ("age and is_rural", "needs conditions"),
        ("not age", "needs conditions"),
        ("age % 2 = 0", "rule language"),
        ("age // 2 = 0", "'//'"),
        ("age <=> 1", "'<=>'"),
        ("age == 1", "'=='"),
        ("age = 1 age", "cannot be read|rule language"),
        ("age[1] = 1", "rule language"),
        ("age = interval 1 day", "rule language|cannot be read"),
        ("x -> x = 1", "rule language"),
        ("*", "rule language|cannot be read"),
        ("age > 1 and", "cannot be read"),
        ("(age > 1", "cannot be read"),
        ("(" * 31 + "age" + ")" * 31 + " = 1", "deeper than 30"),
        ("not " * 35 + "is_rural", "deeper than 30"),
        ("- " * 35 + "age = 1", "deeper than 30|cannot be read"),
        (" or ".join(["age=1"] * 70), "more than 200 parts"),
        (" or ".join(["age = 11"] * 250), "longer than 2000"),
    ],
)
def test_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(ExpressionError, match=reason):
        parse_condition(text, PARAMETERS)


def test_a_refusal_is_in_both_languages() -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_condition("age > :nothing", PARAMETERS)
    assert "未知的参数 ':nothing'" in refusal.value.zh


@given(st.text(alphabet="age nor=<>()'-*/;:\"\n0.9,[]{}|%$@\\年", max_size=40))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        parse_condition(text, PARAMETERS)
    except ExpressionError as refusal:
        assert refusal.en


def test_long_lists_of_alternatives_are_not_deep() -> None:
    assert parse_condition(" or ".join(f"age={n}" for n in range(40)), PARAMETERS).type == "bool"


def test_constraints_name_parameters_without_colon() -> None:
    assert evaluate(parse_constraint("n < 11", PARAMETERS), {}, VALUES) is True


def test_constraints_know_no_columns() -> None:
    with pytest.raises(ExpressionError, match="unknown parameter 'age'"):
        parse_constraint("n < age", PARAMETERS)


@pytest.mark.parametrize(
    ("one", "other"), [("age > 1 and is_rural", "is_rural and 1 < age"), ("gender = 'F'", "('F' = gender)")]
)
def test_the_same_question_has_one_normal_form(one: str, other: str) -> None:
    assert normal(parse_condition(one, {})) == normal(parse_condition(other, {}))
