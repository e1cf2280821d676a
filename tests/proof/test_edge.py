"""Who is near an edge: the one set-based pass against a plain telling, customer by customer."""

from collections import Counter
from dataclasses import replace
from math import floor
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from benchmarks.planted import DAY, crowd, landed
from mofang_pipeline.edges import edge_query
from mofang_pipeline.replay import everywhere
from mofang_pipeline.rulebook import Rulebook, ancestor_rows, read_rulebook, resolved
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.edge import Margin, changes
from mofang_pipeline.rulebook.model import Branch, Node, Override
from tests.rulebook.rulebook_cases import COLUMN_TYPES, REAL, YUAN, paying

REAL_RULES = read_rulebook(REAL)
Counts = dict[tuple[str, ...], int]
PLACES = [
    ("110000", "110101"), ("530000", "530100"), ("530000", None), ("310000", "310101"), ("540000", "540100"),
    ("410000", "410100"),
]  # fmt: skip
LATER = (
    *("days_since_last_unbind", "newest_card_age_days", "days_since_first_bind", "days_since_last_paid"),
    "days_since_first_paid",
)
NUMBERS = ("age", "bound_institutions", "gap_before_return_days", "pay_cnt_30d", "pay_cnt_prev90_before_30d")
AMOUNTS = ("pay_amt_30d", "deposit_fen", "aum_fen")


def run(rulebook: Rulebook, customers: list[dict[str, Any]]) -> Counts:
    schema = pa.schema(
        [("customer_key", pa.int64()), *((name, COLUMN_TYPES[kind]) for name, kind in COLUMNS.items())]
    )
    rows = [{"customer_key": key, **row} for key, row in enumerate(customers)]
    ancestors = [
        {"tree": "t", "leaf": row["leaf"], "node_id": row["node_id"]} for row in ancestor_rows(rulebook)
    ]
    organisations = [
        {"org_code": org.org_code, "level": org.level} for org in rulebook.organisations.values()
    ]
    provinces = sorted({row["province"] for row in customers})
    with duckdb.connect() as connection:
        connection.execute("create schema mart")
        connection.execute("create schema int")
        tables = {
            "mart.customer_wide": pa.Table.from_pylist(rows, schema=schema),
            "mart.organisation": pa.Table.from_pylist(organisations),
            "int.tree_ancestor": pa.Table.from_pylist(ancestors),
            "int.tree_of_day": pa.Table.from_pylist([{"tree": "t", "day": DAY}]),
        }
        for name, table in tables.items():
            connection.register("given", table)
            connection.execute(f"create table {name} as from given")
        found = connection.execute(edge_query(everywhere(rulebook), DAY, provinces)).fetchall()
    assert {row[0] for row in found} <= {DAY}
    return {row[1:6]: row[6] for row in found}


def told(rulebook: Rulebook, customers: list[dict[str, Any]]) -> Counts:
    """By hand: each customer, each change, the tree walked twice."""
    values = {code: {n: v.value for n, v in held.items()} for code, held in resolved(rulebook, DAY).items()}
    main = {row["leaf"]: row["hq_leaf"] for row in ancestor_rows(rulebook)}
    paths: dict[str, list[str]] = {}
    for row in ancestor_rows(rulebook):
        paths.setdefault(row["leaf"], []).append(row["node_id"])
    counted: Counter[tuple[str, ...]] = Counter()
    for row in customers:
        code = row["city"] or row["province"]
        here = landed(rulebook, code, row, values[code])
        moves = [
            (column, direction, landed(rulebook, code, after, values[code]))
            for column, direction, after in shifted(row)
            if crosses(rulebook, row, after, values[code])
        ]
        moves = [(column, direction, there) for column, direction, there in moves if there != here]
        for org in dict.fromkeys([row["province"], code]):
            counted.update((org, here, *move) for move in moves)
            counted.update((org, node, "(any)", "(any)", "(any)") for node in paths[here] if moves)
        moves = [(column, way, main[there]) for column, way, there in moves if main[there] != main[here]]
        counted.update(("000000", main[here], *move) for move in moves)
        counted.update(("000000", node, "(any)", "(any)", "(any)") for node in paths[main[here]] if moves)
    return dict(counted)


def shifted(row: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found = [("time", "later", {**row, **{name: row[name] and row[name] + 3 for name in LATER}})]
    found[0][2].update({name: 3 for name in LATER if row[name] == 0})
    for name in (*NUMBERS, *AMOUNTS):
        value = row[name]
        if value is None:
            continue
        step = floor(abs(value) * 10 / 100)
        if name not in AMOUNTS:
            step = 1 if name == "age" else 3 if name.endswith("_days") else max(step, 1)
        low = value - step if name in AMOUNTS else max(value - step, 0)
        found += [(name, "up", {**row, name: value + step}), (name, "down", {**row, name: low})]
    return found


def crosses(rulebook: Rulebook, row: dict[str, Any], after: dict[str, Any], values: dict[str, Any]) -> bool:
    """Main tree and splits of these tests compare by <, <=, >, >= with a parameter or a number that is not 0."""
    limits = {
        "age": ["adult_age", "senior_age"], "bound_institutions": ["multi_inst"],
        "pay_cnt_30d": ["n_high", "n_mid", "n_low"], "gap_before_return_days": ["wake_gap_days"],
        "pay_cnt_prev90_before_30d": ["prev_n"], "pay_amt_30d": ["amt_high", "amt_low"],
        "deposit_fen": ["bal_min"], "aum_fen": ["aum_mid", "aum_min"], "days_since_last_unbind": ["unbind_recent_days"],
        "newest_card_age_days": ["new_card_days"], "days_since_first_bind": ["new_bind_days", "bind_idle_days"],
        "days_since_first_paid": ["active_days"],
        "days_since_last_paid": ["active_days"],
    }  # fmt: skip
    for name, parameters in limits.items():
        bounds = [values[parameter] for parameter in parameters] + ([80] if name == "age" else [])
        if row[name] is None or row[name] == after[name]:
            continue
        if any((row[name] < bound) != (after[name] < bound) for bound in bounds):
            return True
        at_most = ("warn_days", "sleep_days", "lost_days") if name == "days_since_last_paid" else ()
        if any((row[name] <= values[each]) != (after[name] <= values[each]) for each in at_most):
            return True
    return False


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    """The project's, with a city that has its own value and split, and a province whose values differ."""
    city = Branch(
        "310101",
        {"bal_min": (Override(200),)},
        (
            Node("B5_CITY_OLD", "B5", "age >= 80", "高龄", "Very old"),
            Node("B5_CITY_REST", "B5", None, "其他", "Others"),
        ),
    )
    return replace(REAL_RULES, branches={**REAL_RULES.branches, "310101": city})


def near(random: Random, row: dict[str, Any], values: dict[str, int]) -> dict[str, Any]:
    """The customer in a place of the tests, often close to a threshold."""
    province, city = random.choice(PLACES)
    asked = {
        "age": ("senior_age", 1), "aum_fen": ("aum_min", 12_000), "deposit_fen": ("bal_min", 1_500),
        "pay_cnt_30d": ("n_mid", 2),
        "days_since_last_paid": ("active_days", 4), "days_since_first_bind": ("new_bind_days", 4),
        "pay_amt_30d": ("amt_low", 12_000), "newest_card_age_days": ("new_card_days", 4),
    }  # fmt: skip
    moved = {
        name: values[parameter] + random.randint(-spread, spread)
        for name, (parameter, spread) in asked.items()
        if random.random() < 0.4
    }
    return {**row, **moved, "province": province, "city": city}


def test_one_pass_tells_what_a_walk_by_hand_tells(rulebook: Rulebook) -> None:
    random = Random(5)
    values = {name: each.value for name, each in resolved(rulebook, DAY)["540000"].items()}
    customers = [near(random, row, values) for row in crowd(random, 500)]
    expected = told(rulebook, customers)
    assert len(expected) > 200
    assert run(rulebook, customers) == expected


def test_a_customer_who_will_slide_if_nothing_happens() -> None:
    found = run(REAL_RULES, [paying(28, pay_cnt_30d=1, deposit_fen=500 * YUAN)])
    assert {key[1:]: count for key, count in found.items() if key[0] == "000000" and key[4] != "(any)"} == {
        ("D12", "time", "later", "E3"): 1
    }


def test_nobody_far_from_all_thresholds() -> None:
    assert run(REAL_RULES, [paying(5, pay_cnt_30d=1, age=40)]) == {}


def test_whether_there_is_a_card_at_all_is_no_threshold() -> None:
    assert {"debit_cards", "bound_agreements", "inflow_payroll_90d"}.isdisjoint(
        each.column for each in changes(REAL_RULES, Margin(3, 10))
    )
