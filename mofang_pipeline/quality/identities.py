"""Identities: sums that must agree exactly across tables and days. Each is a query of its violations.

The SQL is mofang_pipeline/sql/identity_<name>.sql and returns (day, row_key, reason), for many days at once:
{days} stands for the days checked, {days_before} for the day before each.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from mofang_pipeline.lake import sql_list
from mofang_pipeline.published import statement
from mofang_pipeline.quality import results
from mofang_pipeline.quality.results import Check, CheckResult

DAY = timedelta(days=1)
WHY = {
    "landing_file": {
        "landing_rows_add_up": "rows in = loaded + quarantined + duplicate, for every file",
    },
    "segment_membership": {
        "one_leaf": "every customer in the population is in exactly one leaf",
        "membership_rows": "a province has as many memberships as customers",
        "leaf_of_tree": "a segment is a leaf of the organisation's tree of that version",
    },
    "segment_profile_daily": {
        "node_sums": "a node's customers are the sum of its children's",
        "root_is_population": "the root's customers are the organisation's population",
        "leaf_customers": "a leaf's customers are its memberships",
    },
    "segment_distribution_daily": {
        "distribution_sums": "a distribution sums to its node's customers",
    },
    "campaign_reconciliation": {
        "reward_sums": "each landed reward row is in one class: rows and fen meet the landed totals",
        "every_class": "every class of a campaign has its row, with 0 items too",
    },
    "campaign_audience": {
        "audience_as_frozen": "audience = treatment arms + control, as fixed at launch",
    },
    "campaign_break": {
        "break_items": "the items listed are those counted, each once",
    },
    "segment_edge_daily": {
        "edge_within_node": "who is near an edge is a customer of the node, and counted once near any",
    },
    "segment_transition_daily": {
        "flow_out": "flows out of a segment sum to its customers the day before",
        "flow_in": "flows into a segment sum to its customers of the day",
        "hq_cover": "head office's flows cover both days' population once",
        "causes": "causes partition the customers of each link; no rule changed, no move by rule",
    },
    "segment_set_member": {
        "set_size": "a set's size is its members, each once",
        "set_of_population": "a set's members are customers of the day",
    },
    "push_manifest": {
        "push_funnel": "candidates = pushed + each reason; pushed = accepted + rejected + pending",
        "push_receipts": "a receipt names a row that was pushed",
    },
    "push_leaver": {
        "leaver_was_pushed": "who left a list was on it",
    },
}
# A receiver's mistake, not ours: it is shown, and holds nothing back.
WARNINGS = {"push_receipts"}
IDENTITIES = tuple(
    Check(table, name, "warning" if name in WARNINGS else "critical", why)
    for table, names in WHY.items()
    for name, why in names.items()
)


def run_identities(
    connection: duckdb.DuckDBPyConnection, table: str, days: Sequence[date]
) -> list[CheckResult]:
    """Results of `table`'s identities for every one of `days`, each in one query over all of them."""
    found: list[CheckResult] = []
    for check in IDENTITIES:
        if check.table_name == table and days:
            found += results.found(connection, check, days, violations(check.check_name, days))
    return found


def violations(name: str, days: Sequence[date]) -> str:
    """The query of identity `name` on `days`."""
    query = statement(f"identity_{name}").replace("{days_before}", sql_list(day - DAY for day in days))
    return query.replace("{days}", sql_list(days))
