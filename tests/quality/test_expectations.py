"""Suites on the lake: a true bank passes; what is wrong is found on its day, with its rows."""

from collections.abc import Callable
from datetime import timedelta

import duckdb
import pytest

from mofang_pipeline.quality.expectations import run_suite
from mofang_pipeline.quality.suites import read_suite
from tests.quality.conftest import D0, D1, failed, file_row, insert
from tests.quality.test_suites import SUITES

Plant = Callable[[str, str], None]
DAYS = {"segment_transition_daily": [D1]}
BIG = 1_000
WRONG_CUSTOMER = {
    "in_the_population": "status = 'closed'",
    "counts_grow_with_the_window": "pay_cnt_7d = 3",
    "amounts_grow_with_the_window": "pay_amt_60d = 1",
    "amount_where_count": "pay_amt_1d = 1",
    "windows_meet_last_payment": "pay_cnt_7d = 0, pay_amt_7d = 0",
    "first_before_last_payment": "first_paid_on = date '2026-01-29'",
    "never_paid_has_no_payments": "first_paid_on = null, last_paid_on = null",
    "gaps_follow_from_payment_days": "last_gap_days = 3",
    "institutions_within_agreements": "bound_institutions = 2",
    "binding_history": "ever_bound = false",
    "bindable_within_cards": "bindable_cards = 2",
    "institutions_within_payments": "top_institution_30d = null",
    "failures_for_balance_within_failures": "fail_balance_cnt_30d = 1",
    "calendar_windows_within_rolling_ones": "pay_cnt_mtd = 3",
    "count_not_negative(refund_cnt_30d)": "refund_cnt_30d = -1",
    "amount_not_negative(reward_amt_90d)": "reward_amt_90d = -1",
    "not_in_the_future(days_since_last_bind)": "days_since_last_bind = -1",
    "month_of_day": "month_start = date '2026-01-02'",
    "known_gender": "gender = 'X'",
    "plausible_age": "age = 126",
}
KEYS = {rule: str(place) for place, rule in enumerate(WRONG_CUSTOMER, start=100)}
WRONG = {
    "known_organisation": ("segment_membership", "set city = '310101'"),
    "known_level": ("segment_profile_daily", "set org_level = 'tier3'"),
    "known_value": ("segment_distribution_daily", "set value = 'x'"),
    "known_direction": ("segment_edge_daily", "set direction = 'sideways'"),
    "known_cause": ("segment_transition_daily", "set cause = 'weather'"),
    "known_class": ("campaign_reconciliation", "set class = 'lost'"),
    "item_has_rows": ("campaign_reconciliation", "set items = items + 9"),
    "one_arm_each": ("campaign_audience", "set token = 'a'"),
    "known_method": ("campaign_effect", "set method = 'guess'"),
    "known_verdict": ("campaign_effect", "set verdict = 'splendid'"),
    "interval_holds_the_effect": ("campaign_effect", "set ci_low = effect + 1"),
    "mismatch_withholds_the_verdict": ("campaign_effect", "set srm_p = 0.0001"),
    "age_not_negative": ("campaign_break", "set age_days = -1"),
    "difference_differs": ("campaign_break", "set class = 'missing_ledger', difference_fen = 0"),
    "file_accepted": ("landing_file", "set status = 'quarantined', reason = 'is empty'"),
}
DAY_COLUMNS = {"landing_file": "dt", "campaign_effect": "as_of", "campaign_audience": "frozen_on"}
TABLES = {"segment_profile_daily": "int.segment_profile", "campaign_break": "int.campaign_break"}


def run(bank: duckdb.DuckDBPyConnection, name: str, volume_floor: int = BIG) -> dict[str, list[object]]:
    results = run_suite(bank, read_suite(name), DAYS.get(name, [D0, D1]), volume_floor=volume_floor)
    return failed(results)  # type: ignore[return-value]


@pytest.mark.parametrize("name", SUITES)
def test_true_bank_passes(bank: duckdb.DuckDBPyConnection, name: str) -> None:
    assert run(bank, name) == {}


@pytest.mark.parametrize("rule", WRONG)
def test_wrong_value_is_found_on_its_day(bank: duckdb.DuckDBPyConnection, plant: Plant, rule: str) -> None:
    name, change = WRONG[rule]
    table = TABLES.get(name, f"mart.{name}")
    plant(table, f"update {table} {change} where {DAY_COLUMNS.get(name, 'day')} = date '{D1}'")
    assert run(bank, name)[rule] == [D1]


@pytest.fixture(scope="module")
def customers_that_fail(bank: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """By rule: the customers that fail it, when there is a copy of customer 2 with one fault for every rule."""
    copied = "select * replace ($key as customer_key) from mart.customer_wide"
    for rule, fault in WRONG_CUSTOMER.items():
        key = {"key": int(KEYS[rule])}
        bank.execute(
            f"insert into mart.customer_wide by name {copied} where customer_key = 2 and day = date '{D1}'",
            key,
        )
        bank.execute(f"update mart.customer_wide set {fault} where customer_key = $key", key)
    results = run_suite(bank, read_suite("customer_wide"), [D0, D1], volume_floor=BIG)
    bank.execute("delete from mart.customer_wide where customer_key >= 100")
    return {each.check.check_name: [key for key, _ in each.failures] for each in results if each.day == D1}


@pytest.mark.parametrize("rule", WRONG_CUSTOMER)
def test_wrong_customer_is_named(customers_that_fail: dict[str, list[str]], rule: str) -> None:
    assert KEYS[rule] in customers_that_fail[rule]


def test_customers_without_a_fault_are_not(customers_that_fail: dict[str, list[str]]) -> None:
    assert {key for keys in customers_that_fail.values() for key in keys} == set(KEYS.values())


def test_vanished_customers(bank: duckdb.DuckDBPyConnection, plant: Plant) -> None:
    plant(
        "mart.customer_wide", f"delete from mart.customer_wide where day = date '{D1}' and customer_key < 3"
    )
    assert run(bank, "customer_wide", volume_floor=5)["customers_do_not_vanish"] == [D1]


def test_small_volumes_are_not_compared(bank: duckdb.DuckDBPyConnection, plant: Plant) -> None:
    plant(
        "mart.customer_wide", f"delete from mart.customer_wide where day = date '{D1}' and customer_key < 3"
    )
    assert run(bank, "customer_wide", volume_floor=6) == {}


@pytest.mark.parametrize(("rows", "expected"), [(19, [D1]), (20, [])])
def test_payments_below_a_fifth_of_the_usual(
    bank: duckdb.DuckDBPyConnection, plant: Plant, rows: int, expected: list[object]
) -> None:
    plant("mart.landing_file", "delete from mart.landing_file")
    for before in range(1, 9):
        insert(bank, "mart.landing_file", file_row(D1 - timedelta(days=before), rows_loaded=100))
    insert(bank, "mart.landing_file", file_row(D1, rows_loaded=rows))
    assert run(bank, "landing_file", volume_floor=100).get("payments_arrived_as_usual", []) == expected


def test_a_file_sent_again_is_as_its_newest_version(bank: duckdb.DuckDBPyConnection, plant: Plant) -> None:
    plant("mart.landing_file", "delete from mart.landing_file")
    for load_id, status in ((1, "quarantined"), (2, "loaded")):
        insert(bank, "mart.landing_file", file_row(D1, status=status, reason="is empty", load_id=load_id))
    assert run(bank, "landing_file") == {}
    status = "select distinct landed, reason from mart.day_status where day = ?"
    told = "customer not arrived; account not arrived; 1 row(s) quarantined"
    assert bank.execute(status, [D1]).fetchall() == [(True, told)]


def test_a_refused_file_has_arrived(bank: duckdb.DuckDBPyConnection, plant: Plant) -> None:
    plant("mart.landing_file", "delete from mart.landing_file")
    refused = file_row(D1, status="quarantined", reason="is empty", rows_quarantined=0)
    insert(bank, "mart.landing_file", refused)
    told = (
        f"customer not arrived; account not arrived; 1 file(s) refused: payment/{refused['file']}: is empty"
    )
    reasons = bank.execute("select distinct reason from mart.day_status where day = ?", [D1]).fetchall()
    assert reasons == [(told,)]


def test_redemption_and_refund_without_postings_cancel_out(
    bank: duckdb.DuckDBPyConnection, plant: Plant
) -> None:
    both = "class = 'missing_ledger', statement_fen = 2 * statement_fen, net_fen = 0, difference_fen = 0"
    plant("int.campaign_break", f"update int.campaign_break set {both} where day = date '{D1}'")
    assert run(bank, "campaign_break") == {}


def test_unmasked_quarantine_is_found(bank: duckdb.DuckDBPyConnection, plant: Plant) -> None:
    plant("mart.quarantine", "delete from mart.quarantine")
    row = {"table": "customer", "file": "f", "dt": D1, "row": 1, "reason": "r", "values": '{"mobile": "139"}'}
    insert(bank, "mart.quarantine", row)
    assert run(bank, "quarantine") == {"no_personal_data": [D1]}
