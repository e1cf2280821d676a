"""Every identity holds on a true bank, and fails on the very day on which its violation is planted."""

from collections.abc import Callable

import duckdb
import pytest

from mofang_pipeline.quality.identities import IDENTITIES, run_identities
from tests.quality.conftest import D0, D1, failed

DAYS = {"segment_transition_daily": [D1]}
D1_SQL = f"day = date '{D1}'"
FLOWS = "update mart.segment_transition_daily"
PROFILE = "int.segment_profile"
SUMS = "mart.campaign_reconciliation"
MEMBERS = "mart.segment_membership"
SET_MEMBERS = "mart.segment_set_member"
VIOLATIONS = {
    "landing_rows_add_up": (
        "mart.landing_file", f"update mart.landing_file set rows_loaded = 7 where dt = date '{D1}'",
    ),
    "one_leaf": (
        MEMBERS, f"insert into {MEMBERS} by name select * replace ('B1' as segment) from {MEMBERS} "
        f"where {D1_SQL} and customer_key = 1",
    ),
    "membership_rows": (MEMBERS, f"delete from {MEMBERS} where {D1_SQL} and customer_key = 3"),
    "leaf_of_tree": (MEMBERS, f"update {MEMBERS} set segment = 'root' where {D1_SQL} and customer_key = 3"),
    "node_sums": (
        PROFILE, f"update {PROFILE} set customers = customers + 1 where {D1_SQL} and node_id = 'SCOPE'",
    ),
    "root_is_population": (
        PROFILE, f"update {PROFILE} set customers = customers + 1 where {D1_SQL} and org_level = 'hq' and depth = 0",
    ),
    "leaf_customers": (
        PROFILE, f"update {PROFILE} set customers = customers + 1 where {D1_SQL} and org_level = 'tier1' and is_leaf",
    ),
    "distribution_sums": (
        "mart.segment_distribution_daily",
        f"delete from mart.segment_distribution_daily where {D1_SQL} and dimension = 'gender' and org_code = '000000'",
    ),
    "edge_within_node": (
        "mart.segment_edge_daily",
        f"update mart.segment_edge_daily set customers = 9 where {D1_SQL} and to_leaf = '(any)' and node_id = 'B8'",
    ),
    "flow_out": ("mart.segment_transition_daily", f"{FLOWS} set customers = 9 where cause = 'same'"),
    "flow_in": ("mart.segment_transition_daily", f"{FLOWS} set customers = 9 where from_segment = '(new)'"),
    "hq_cover": ("mart.segment_transition_daily", f"{FLOWS} set customers = 9 where to_segment = '(moved out)'"),
    "causes": ("mart.segment_transition_daily", f"{FLOWS} set cause = 'rule' where cause = 'behaviour'"),
    "reward_sums": (SUMS, f"update {SUMS} set grant_fen = grant_fen + 1 where {D1_SQL} and class = 'matched'"),
    "every_class": (SUMS, f"delete from {SUMS} where {D1_SQL} and class = 'timing'"),
    "audience_as_frozen": (
        "int.campaign_assignment", "update int.campaign_assignment set arm = 'control' where token = 'b'",
    ),
    "set_size": (
        SET_MEMBERS, f"insert into {SET_MEMBERS} by name select date '{D1}' as day, 's' as set_id, 1 as version, "
        "1 as customer_key",
    ),
    "set_of_population": (
        SET_MEMBERS, f"insert into {SET_MEMBERS} by name select date '{D1}' as day, 's' as set_id, 1 as version, "
        "99 as customer_key",
    ),
    "push_funnel": (
        "int.push", f"insert into int.push by name select 'p' as push_id, date '{D1}' as as_of, "
        f"date '{D1}' as expires_on, 2 as candidates, 1 as pushed, 0 as no_consent, 0 as do_not_contact, "
        "0 as frequency_cap, 0 as higher_priority, 0 as holdout",
    ),
    "push_receipts": (
        "landed.push_receipt", "insert into landed.push_receipt by name select 'r' as receipt_id, 'p' as push_id, "
        f"'t' as token, date '{D1}' as event_day, 1 as sign",
    ),
    "leaver_was_pushed": (
        "mart.push_leaver", f"insert into mart.push_leaver by name select date '{D1}' as day, 'p' as push_id, "
        "1 as customer_key",
    ),
    "break_items": ("int.campaign_break", f"delete from int.campaign_break where {D1_SQL}"),
}  # fmt: skip


def results_of(bank: duckdb.DuckDBPyConnection, table: str) -> dict[str, list[object]]:
    return failed(run_identities(bank, table, DAYS.get(table, [D0, D1])))  # type: ignore[return-value]


@pytest.mark.parametrize("table", sorted({check.table_name for check in IDENTITIES}))
def test_identities_hold(bank: duckdb.DuckDBPyConnection, table: str) -> None:
    assert results_of(bank, table) == {}


@pytest.mark.parametrize("check", IDENTITIES, ids=lambda check: check.check_name)
def test_violation_is_found_on_its_day(
    bank: duckdb.DuckDBPyConnection, plant: Callable[[str, str], None], check: object
) -> None:
    plant(*VIOLATIONS[check.check_name])  # type: ignore[attr-defined]
    assert results_of(bank, check.table_name)[check.check_name] == [D1]  # type: ignore[attr-defined]


def test_failure_names_the_customer(
    bank: duckdb.DuckDBPyConnection, plant: Callable[[str, str], None]
) -> None:
    plant(MEMBERS, f"delete from {MEMBERS} where {D1_SQL} and customer_key = 3")
    results = run_identities(bank, "segment_membership", [D0, D1])
    assert [each.failures for each in results if each.check.check_name == "one_leaf"] == [
        (),
        (("3", "is in no leaf"),),
    ]


def test_province_that_waits_to_be_computed_is_not_compared(
    bank: duckdb.DuckDBPyConnection, plant: Callable[[str, str], None]
) -> None:
    plant(MEMBERS, f"delete from {MEMBERS} where {D1_SQL} and province = '310000'")
    plant("int.computed_day", "delete from int.computed_day where kind = 'segments' and province = '310000'")
    assert results_of(bank, "segment_membership") == {}
