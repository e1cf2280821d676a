"""Head office's main tree, run in DuckDB: every leaf, every boundary, and an independent walk of the tree."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rulebook_cases import REAL, YUAN, bound, customer, paying, segment, segments

from mofang_pipeline.rulebook import Override, Rulebook, check, read_rulebook, with_override
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.outline import leaf_paths

MANY = {"pay_cnt_30d": 30, "bound_institutions": 2, "aum_fen": 50_000 * YUAN}

LEAVES = {
    "X1": customer(status="frozen"),
    "A1": customer(debit_cards=0, aum_fen=1_000 * YUAN),
    "A2": customer(debit_cards=0, aum_fen=1_000 * YUAN - 1),
    "B1": customer(ever_bound=True, days_since_last_unbind=89),
    "B2": customer(ever_bound=True, days_since_last_unbind=90),
    "B3": customer(id_expired=True),
    "B4": customer(newest_card_age_days=29),
    "B5": customer(age=65),
    "B6": customer(aum_fen=50_000 * YUAN),
    "B7": customer(inflow_pension_90d=1),
    "B8": customer(),
    "C1": bound(days_since_first_bind=29),
    "C2": bound(days_since_first_bind=179),
    "C3": bound(days_since_first_bind=180),
    "D1": paying(3, days_since_first_paid=29),
    "D2": paying(3, gap_before_return_days=90),
    "D3": paying(3, **MANY),
    "D4": paying(3, **MANY | {"aum_fen": 50_000 * YUAN - 1}),
    "D5": paying(3, **MANY | {"bound_institutions": 1}),
    "D6": paying(3, **MANY | {"pay_cnt_30d": 29}),
    "D7": paying(3, pay_cnt_30d=10, bound_institutions=2),
    "D8": paying(3, pay_cnt_30d=10, pay_amt_30d=3_000 * YUAN),
    "D9": paying(3, pay_cnt_30d=10, pay_amt_30d=3_000 * YUAN - 1),
    "D10": paying(3, pay_cnt_30d=9, pay_amt_30d=1_000 * YUAN),
    "D11": paying(3, pay_cnt_30d=3, pay_amt_30d=1_000 * YUAN - 1),
    "D12": paying(3, pay_cnt_30d=2),
    "E1": paying(40, deposit_fen=100 * YUAN - 1),
    "E2": paying(40, pay_cnt_prev90_before_30d=15),
    "E3": paying(40, pay_cnt_prev90_before_30d=14),
    "F1": paying(100, aum_fen=1_000 * YUAN),
    "F2": paying(100),
    "G1": paying(366, aum_fen=50_000 * YUAN),
    "G2": paying(365, aum_fen=50_000 * YUAN),
    "G3": paying(365),
}


def test_the_shipped_rulebook_has_no_problem(real: Rulebook) -> None:
    assert check(real) == []


def test_there_are_33_business_leaves_and_x1(real: Rulebook) -> None:
    assert sorted(real.tree.leaves) == sorted(LEAVES)


def test_the_main_tree_has_six_levels(real: Rulebook) -> None:
    assert max(len(leaf_paths(real)[leaf]) for leaf in real.tree.leaves) == 6


def test_the_organisations_are_head_office_36_branches_and_463_cities(real: Rulebook) -> None:
    levels = [org.level for org in real.organisations.values()]
    assert {level: levels.count(level) for level in levels} == {"hq": 1, "tier1": 36, "tier2": 463}


def test_every_leaf_is_reached(real: Rulebook) -> None:
    assert segments(real, list(LEAVES.values())) == list(LEAVES)


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (paying(29), "D12"),
        (paying(30), "E3"),
        (paying(31), "E3"),
        (paying(90), "E3"),
        (paying(91), "F2"),
        (paying(180), "F2"),
        (paying(181), "G3"),
        (paying(365), "G3"),
        (paying(366), "G1"),
        (customer(age=15), "X1"),
        (customer(age=16), "B8"),
        (customer(age=64), "B8"),
        (customer(newest_card_age_days=30), "B8"),
        (paying(3, days_since_first_paid=30), "D12"),
        (paying(3, gap_before_return_days=89), "D12"),
    ],
)
def test_boundaries(real: Rulebook, one: dict[str, Any], expected: str) -> None:
    assert segment(real, one) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (customer(age=None), "B8"),
        (customer(has_mobile=None, id_expired=None, bindable_cards=None), "B8"),
        (customer(newest_card_age_days=None), "B8"),
        (customer(debit_cards=None, aum_fen=None), "A2"),
        (customer(ever_bound=True, days_since_last_unbind=None), "B2"),
        (bound(days_since_first_bind=None), "C3"),
        (paying(3, gap_before_return_days=None, pay_cnt_30d=None), "D12"),
        (paying(40, deposit_fen=None), "E3"),
        (paying(100, aum_fen=None), "F2"),
    ],
)
def test_unknown_is_not_true(real: Rulebook, one: dict[str, Any], expected: str) -> None:
    assert segment(real, one) == expected


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (paying(59, province="540000", city="540100"), "D12"),
        (paying(59, province="540000", city=None), "D12"),
        (paying(110, province="530000", city="530100"), "E3"),
        (customer(province="530000", city=None, inflow_payroll_90d=1, inflow_crop_90d=1), "B7_YN_CROP"),
        (customer(province="530000", city="530100", inflow_payroll_90d=1), "B7_YN_OTHER"),
        (customer(province="310000", city="310101", age=69), "B8"),
        (customer(province="310000", city="310101", age=70, inflow_pension_90d=1), "B5_SH_PENSION"),
        (customer(province="310000", city="310101", age=70), "B5_SH_OTHER"),
        (customer(province="410000", city="410100", inflow_subsidy_90d=1), "B7_HA_SUBSIDY"),
        (customer(province="410000", city="410100", inflow_payroll_90d=1), "B7_HA_OTHER"),
        (customer(province="410000", city="410100", age=65, is_rural=True), "B5_HA_RURAL"),
        (customer(province="410000", city="410100", age=65, is_rural=None), "B5_HA_URBAN"),
        (paying(44, province="440000", city="440100"), "D12"),
        (paying(45, province="440000", city="440100"), "E3"),
    ],
)
def test_branches_have_their_own_values_and_splits(
    real: Rulebook, one: dict[str, Any], expected: str
) -> None:
    assert segment(real, one) == expected


def walked(one: dict[str, Any]) -> str:
    """Head office's tree as the specification tells it, by hand, with head office's defaults."""

    def below(name: str, limit: int) -> bool:
        return one[name] is not None and one[name] < limit

    def least(name: str, limit: int) -> bool:
        return one[name] is not None and one[name] >= limit

    if (one["status"] is not None and one["status"] != "active") or below("age", 16):
        return "X1"
    if not least("debit_cards", 1):
        return "A1" if least("aum_fen", 100_000) else "A2"
    if not least("bound_agreements", 1):
        return walked_unbound(one, below, least)
    if one["days_since_last_paid"] is None:
        idle = "C2" if below("days_since_first_bind", 180) else "C3"
        return "C1" if below("days_since_first_bind", 30) else idle
    if one["days_since_last_paid"] < 30:
        return walked_active(below, least)
    return walked_away(one, below, least)


def walked_unbound(one: dict[str, Any], below: Any, least: Any) -> str:
    if one["ever_bound"]:
        return "B1" if below("days_since_last_unbind", 90) else "B2"
    if one["has_mobile"] is False or one["id_expired"] or one["bindable_cards"] == 0:
        return "B3"
    inflows = ("inflow_payroll_90d", "inflow_pension_90d", "inflow_subsidy_90d")
    asked = {
        "B4": below("newest_card_age_days", 30),
        "B5": least("age", 65),
        "B6": least("aum_fen", 5_000_000),
        "B7": any(least(name, 1) for name in inflows),
        "B8": True,
    }
    return next(leaf for leaf, answer in asked.items() if answer)


def walked_active(below: Any, least: Any) -> str:
    multi, rich = least("bound_institutions", 2), least("aum_fen", 5_000_000)
    if below("days_since_first_paid", 30) or least("gap_before_return_days", 90):
        return "D1" if below("days_since_first_paid", 30) else "D2"
    if least("pay_cnt_30d", 30):
        return ("D3" if rich else "D4") if multi else "D5"
    if least("pay_cnt_30d", 10):
        return ("D6" if rich else "D7") if multi else ("D8" if least("pay_amt_30d", 300_000) else "D9")
    if least("pay_cnt_30d", 3):
        return "D10" if least("pay_amt_30d", 100_000) else "D11"
    return "D12"


def walked_away(one: dict[str, Any], below: Any, least: Any) -> str:
    recency = one["days_since_last_paid"]
    if recency <= 90:
        return (
            "E1"
            if below("deposit_fen", 10_000)
            else ("E2" if least("pay_cnt_prev90_before_30d", 15) else "E3")
        )
    if recency <= 180:
        return "F1" if least("aum_fen", 100_000) else "F2"
    return "G1" if recency > 365 else ("G2" if least("aum_fen", 5_000_000) else "G3")


DAYS = st.sampled_from([None, 0, 1, 28, 29, 30, 31, 60, 89, 90, 91, 179, 180, 181, 364, 365, 366, 800])
COUNTS = st.sampled_from([None, 0, 1, 2, 3, 9, 10, 11, 14, 15, 29, 30, 31])
MONEY = st.sampled_from([None, 0, 1, 9_999, 10_000, 99_999, 100_000, 299_999, 300_000, 4_999_999, 5_000_000])
ANY_CUSTOMER = st.fixed_dictionaries(
    {
        name: MONEY if kind == "money" else DAYS if "days" in name or "gap" in name else COUNTS
        for name, kind in COLUMNS.items()
        if kind in ("int", "money")
    }
    | {name: st.sampled_from([True, False, None]) for name, kind in COLUMNS.items() if kind == "bool"}
    | {"status": st.sampled_from(["active", "active", "active", "frozen", None])}
    | {"age": st.sampled_from([None, 15, 16, 40, 64, 65, 90]), "day": st.just(date(2026, 3, 31))}
    | {"city": st.sampled_from(["110101", None]), "province": st.just("110000")}
)


SHIPPED = read_rulebook(REAL)


@settings(max_examples=60)
@given(st.lists(ANY_CUSTOMER, min_size=1, max_size=60))
def test_any_customer_is_in_the_leaf_that_a_walk_by_hand_finds(customers: list[dict[str, Any]]) -> None:
    assert segments(SHIPPED, customers) == [walked(one) for one in customers]


def test_values_equal_to_head_offices_give_head_offices_result(real: Rulebook) -> None:
    same = real
    for name, parameter in real.tree.parameters.items():
        same = with_override(same, "110000", name, Override(parameter.default))
    customers = list(LEAVES.values())
    assert segments(same, customers) == segments(real, customers)
