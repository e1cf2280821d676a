"""A bank of six customers on two days, segmented by the pipeline's own steps: all holds until a test plants a fault."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import duckdb
import pytest
import yaml

from mofang_pipeline import (
    computed_days,
    edges,
    lake,
    profiles,
    published,
    replay,
    segments,
    transitions,
    trees,
)
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.landing import tables
from mofang_pipeline.quality.results import CheckResult
from mofang_pipeline.reconciliation.daily import reconcile_days
from mofang_pipeline.reconciliation.facts import Terms
from mofang_pipeline.rulebook import read_rulebook

D0, D1 = date(2026, 1, 30), date(2026, 1, 31)
BEIJING, DONGCHENG, XICHENG, SHANGHAI = "110000", "110101", "110102", "310000"
WIDE = yaml.safe_load((REPOSITORY / "dbt_project/models/marts/customer_wide.yml").read_text(encoding="utf-8"))
COLUMNS = {column["name"]: column["data_type"] for column in WIDE["models"][0]["columns"]}
COUNTS = [
    name
    for name in COLUMNS
    if name.startswith(("pay_", "fail_", "refund_", "inflow_", "contact_", "reward_"))
]

# 1 stays and will be a senior, 2 binds and pays, 3 is new, 4 is closed, 5 moves to another province, 6 to another city.
PAID = {
    **dict.fromkeys([f"pay_cnt_{days}d" for days in (7, 30, 60, 90, 180, 365)], 2),
    **dict.fromkeys([f"pay_amt_{days}d" for days in (7, 30, 60, 90, 180, 365)], 500),
    "pay_cnt_mtd": 2, "first_paid_on": date(2026, 1, 27), "last_paid_on": date(2026, 1, 27),
    "days_since_first_paid": 4, "days_since_last_paid": 4, "institutions_paid_30d": 1, "top_institution_30d": "alipay",
    "bound_agreements": 1, "bound_institutions": 1, "ever_bound": True,
    "days_since_first_bind": 4, "days_since_last_bind": 4,
}  # fmt: skip
CUSTOMERS: dict[date, list[dict[str, Any]]] = {
    D0: [
        {"customer_key": 1, "city": DONGCHENG, "age": 64},
        {"customer_key": 2, "city": DONGCHENG},
        {"customer_key": 4},
        {"customer_key": 5},
        {"customer_key": 6, "city": DONGCHENG},
    ],
    D1: [
        {"customer_key": 1, "city": DONGCHENG, "age": 64},
        {"customer_key": 2, "city": DONGCHENG, **PAID},
        {"customer_key": 3},
        {"customer_key": 5, "province": SHANGHAI},
        {"customer_key": 6, "city": XICHENG},
    ],
}

# A grant redeemed as it should be, and a redemption of a grant that the bank does not know.
KNOWN = {"campaign_id": "C1", "amount_fen": 1000, "event_day": D0, "known_day": D0, "sign": 1}
REWARDS: list[tuple[str, dict[str, Any]]] = [
    ("reward_grant", {**KNOWN, "grant_id": "g", "customer_key": 1, "granted_at": D0}),
    ("reward_statement", {**KNOWN, "statement_id": "s", "grant_id": "g", "event": "redeem", "event_at": D0}),
    ("reward_statement", {**KNOWN, "statement_id": "t", "grant_id": "?", "event": "redeem", "event_at": D0}),
    ("reward_ledger", {**KNOWN, "entry_id": "p", "statement_id": "s", "posted_on": D0}),
]
OF_TRIAL = {"campaign": "trial"}
CAMPAIGN = [
    ("mart.campaign", {**OF_TRIAL, "state": "live", "unknown_customers": 0, "as_of": D1}),
    *(
        row
        for token, arm in (("a", "treatment"), ("b", "treatment"), ("c", "control"))
        for row in (
            ("int.campaign_assignment", {**OF_TRIAL, "token": token, "arm": arm, "frozen_on": D1}),
            (
                "mart.campaign_audience",
                {**OF_TRIAL, "customer_key": ord(token), "token": token, "arm": arm, "frozen_on": D1},
            ),
        )
    ),
    ("int.campaign_frozen_arm", {**OF_TRIAL, "arm": "treatment", "customers": 2}),
    ("int.campaign_frozen_arm", {**OF_TRIAL, "arm": "control", "customers": 1}),
    (
        "mart.campaign_effect",
        {
            **OF_TRIAL, "arm": "treatment", "metric": "pay_rate", "method": "raw", "effect": 0.5, "ci_low": -1.0,
            "ci_high": 2.0, "p_value": 0.6, "p_adjusted": 0.6, "verdict": "running", "is_primary": True, "as_of": D1,
        },
    ),
]  # fmt: skip


@pytest.fixture(scope="session")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = Home(home=tmp_path_factory.mktemp("quality"))
    rulebook = read_rulebook(REPOSITORY / "rulebook")
    with lake.writer(home) as connection:
        tables.create_tables(connection)
        published.create_tables(connection)
        columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
        connection.execute(f"create table mart.customer_wide ({columns})")
        published.create_views(connection)
        published.write_organisations(connection, rulebook)
        for day, customers in CUSTOMERS.items():
            for customer in customers:
                insert(connection, "mart.customer_wide", wide_row(day, customer))
            insert(connection, "landed.touch", {"load_id": 1, "known_day": day, "event_day": day, "rows": 1})
            insert(connection, "mart.landing_file", file_row(day))
        for table, row in REWARDS:
            insert(connection, f"landed.{table}", row)
        for table, row in CAMPAIGN:
            insert(connection, table, row)
        compute(connection, rulebook)
        yield connection


def compute(connection: duckdb.DuckDBPyConnection, rulebook: Any) -> None:
    computed_days.mark_computed(connection, "wide", [D0, D1], load_id=1)
    trees.write_tree(connection, rulebook, [D0, D1])
    for day in (D0, D1):
        segments.write_membership(connection, rulebook, day)
        profiles.write_profile(connection, day)
        profiles.write_distribution(connection, day)
        edges.write_edges(connection, day, replay.everywhere(rulebook))
    computed_days.mark_segmented(connection, [D0, D1], rulebook.tier1_codes)
    rules = replay.everywhere(rulebook)
    transitions.write_transitions(connection, D1, rules, rules)
    reconcile_days(connection, [D0, D1], terms=Terms())


def wide_row(day: date, given: dict[str, Any]) -> dict[str, Any]:
    """A customer with one open card who never did anything, but for what is given."""
    return {
        "day": day, "month_start": day.replace(day=1), "province": BEIJING, "status": "active", "age": 40,
        "tenure_days": 400, "has_mobile": True, "id_expired": False, "consent_marketing": True, "debit_cards": 1,
        "bindable_cards": 1, "newest_card_age_days": 400, "bound_agreements": 0, "bound_institutions": 0,
        "ever_bound": False, "institutions_paid_30d": 0, **dict.fromkeys(COUNTS, 0), **given,
    }  # fmt: skip


def file_row(day: date, **given: Any) -> dict[str, Any]:
    return {
        "table": "payment", "file": "part.csv", "dt": day, "rows_in": 10, "rows_loaded": 8, "rows_quarantined": 1,
        "rows_duplicate": 1, "status": "loaded", "load_id": 1, **given,
    }  # fmt: skip


def insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, Any]) -> None:
    values = ", ".join(f'? as "{name}"' for name in row)
    connection.execute(f"insert into {table} by name select {values}", list(row.values()))


@pytest.fixture
def plant(bank: duckdb.DuckDBPyConnection) -> Iterator[Callable[[str, str], None]]:
    """Changes one table and puts it back after the test."""
    changed: list[str] = []

    def change(table: str, statement: str) -> None:
        bank.execute(f"create or replace temp table kept_{len(changed)} as select * from {table}")
        changed.append(table)
        bank.execute(statement)

    yield change
    for place, table in reversed(list(enumerate(changed))):
        bank.execute(f"delete from {table}")
        bank.execute(f"insert into {table} select * from kept_{place}")


def failed(results: list[CheckResult]) -> dict[str, list[date]]:
    """By rule: the days on which it fails."""
    days: dict[str, list[date]] = {}
    for result in results:
        if not result.passed:
            days.setdefault(result.check.check_name, []).append(result.day)
    return days
