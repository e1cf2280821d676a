"""Causes, reasons, explanations and previews from the command line, on a lake of a few customers whose rules change."""

import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from mofang_pipeline import computed_days, lake, published, segments, trees
from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.serving import publish, views
from tests.causes.two_days import D0, D1, rulebook
from tests.rulebook.rulebook_cases import COLUMN_TYPES, customer

WINDOW = ("--from", str(D0), "--to", str(D1))
LINK = (*WINDOW, "--from-segment", "POOR", "--to-segment", "G_YOUNG")
RECENCY = {1: (5, 6), 2: (12, 13), 3: (29, 30), 4: (40, 3)}  # days since the last payment, on both days

SETS = """
- {set: active, zh: 活跃, en: Active, owner: {org: P2, user: a}, kind: rolling, members: "NOW and not RICH"}
- {set: away, zh: 流失, en: Away, owner: {org: P2, user: a}, kind: rolling, members: "not active and not NEVER"}
- {set: rich, zh: 富, en: Rich, owner: {org: P2, user: a}, kind: rolling, members: "RICH"}
- {set: elsewhere, zh: 别处, en: Elsewhere, owner: {org: P1, user: a}, kind: rolling, members: "NOW"}
"""

CAMPAIGN = """
campaign: spring
zh: 春季
en: Spring
org: "P2"
audience: {set: active}
arms: {treatment: 0.9, control: 0.1}
window: {from: 2026-03-01, to: 2026-03-31}
channel: sms
plan: {primary: pay_rate, metrics: [pay_rate]}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """P2's window falls from 30 to 10 days on the second day."""
    folder = tmp_path_factory.mktemp("rules")
    book = rulebook(folder, {"P2": {"window": f"{{value: 10, from: {D1}}}"}})
    (folder / "segment_sets.yaml").write_text(SETS, encoding="utf-8")
    (folder / "campaigns").mkdir()
    (folder / "campaigns" / "spring.yaml").write_text(CAMPAIGN, encoding="utf-8")
    made = Home(home=tmp_path_factory.mktemp("home"), rulebook=folder)
    rows = [
        customer(province="P2", city=None, aum_fen=0, days_since_last_paid=paid[place])
        | {"day": day, "customer_key": key}
        for place, day in enumerate((D0, D1))
        for key, paid in RECENCY.items()
    ]
    schema = [("customer_key", pa.int64()), *((name, COLUMN_TYPES[kind]) for name, kind in COLUMNS.items())]
    with lake.writer(made) as connection:
        tables.create_tables(connection)
        published.create_tables(connection)
        connection.register("made_up", pa.Table.from_pylist(rows, schema=pa.schema(schema)))
        connection.execute("create table mart.customer_wide as select * from made_up")
        connection.execute("insert into landed.customer_identity (customer_key, token) values (3, 'c0ffee')")
        published.create_views(connection)
        published.write_organisations(connection, book)
        computed_days.mark_computed(connection, "wide", [D0, D1], load_id=1)
        trees.write_tree(connection, book, [D0, D1])
        for day in (D0, D1):
            segments.write_membership(connection, book, day)
        computed_days.mark_segmented(connection, [D0, D1], list(book.subordinates["HQ"]))
        views.create_views(connection)
        snapshot = lake.latest_snapshot(connection)
    publish.publish(made, snapshot, D1)
    return made


@pytest.fixture
def mofang(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Runs a command; returns what its JSON says, or its error for a status other than 0."""
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))

    def run(*arguments: str) -> Any:
        status = execute([*arguments, "--format", "json"])
        printed = capsys.readouterr()
        return json.loads(printed.out) if status == 0 else (status, printed.err.strip())

    return run


def links(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in rows]


def test_the_actual_flow(mofang: Any) -> None:
    assert links(mofang("flow", *WINDOW)) == [
        ("G_YOUNG", "POOR", 1),
        ("POOR", "G_YOUNG", 2),
        ("POOR", "POOR", 1),
    ]


def test_the_flow_under_the_same_rules(mofang: Any) -> None:
    assert links(mofang("flow", *WINDOW, "--basis", "same-rules", "--org", "P2")) == [
        ("G_YOUNG", "POOR", 1),
        ("POOR", "G_YOUNG", 1),
        ("POOR", "POOR", 2),
    ]


def test_the_flow_by_cause(mofang: Any) -> None:
    assert links(mofang("flow", *WINDOW, "--causes", "--level", "1")) == [
        ("GONE", "NOW", "behaviour", 1),
        ("NOW", "GONE", "behaviour", 1),
        ("NOW", "GONE", "rule", 1),
        ("NOW", "NOW", "same", 1),
    ]


def test_reasons(mofang: Any) -> None:
    assert mofang("reasons", *LINK) == [
        {
            "split_node": "root",
            "node_id": "NOW",
            "predicate": "days_since_last_paid < :window",
            "before": True,
            "after": False,
            "customers": 2,
            "customer_moved": 1,
            "rule_changed": 1,
            "both": 0,
            "values_before": [12, 12, 29],
            "values_after": [13, 13, 30],
            "threshold_before": "30",
            "threshold_after": "10",
        }
    ]


def test_reasons_under_the_same_rules(mofang: Any) -> None:
    found = mofang("reasons", *LINK, "--basis", "same-rules", "--org", "P2")
    assert [(row["customers"], row["threshold_after"]) for row in found] == [(1, "30")]


def test_no_reason_for_a_segment_that_is_none(mofang: Any) -> None:
    status, error = mofang("reasons", *WINDOW, "--from-segment", "(new)", "--to-segment", "POOR")
    assert (status, error.startswith("mofang: there is no segment (new) in the tree")) == (1, True)


def test_a_customers_path(mofang: Any) -> None:
    found = mofang("explain", "--customer", "c0ffee", "--day", str(D1), "--language", "en")
    assert [(row["name"], row["condition"], row["result"], row["taken"]) for row in found] == [
        ("All", "", True, True),
        ("Never", "days_since_last_paid is null", False, False),
        ("Active", "days_since_last_paid < 10", False, False),
        ("Gone", "otherwise", True, True),
        ("Old", "age >= 65", False, False),
        ("Young", "otherwise", True, True),
    ]


def test_a_customers_move(mofang: Any) -> None:
    assert mofang("explain", "--customer", "2", "--day", str(D1), "--from", str(D0)) == [
        {
            "from_segment": "POOR",
            "to_segment": "G_YOUNG",
            "cause": "rule",
            "split_node": "root",
            "node_id": "NOW",
            "predicate": "days_since_last_paid < :window",
            "before": True,
            "after": False,
            "value_before": 12,
            "value_after": 13,
            "threshold_before": "30",
            "threshold_after": "10",
        }
    ]


def test_an_unknown_customer_is_named(mofang: Any) -> None:
    status, error = mofang("explain", "--customer", "99", "--day", str(D1))
    assert (status, "there is no customer 99 on 2026-03-31" in error) == (1, True)


def test_a_preview_is_a_matrix(mofang: Any) -> None:
    assert links(mofang("rules", "preview", "--org", "P2", "--set", "window=20", "--day", str(D1))) == [
        (str(D1), "trial", "G_YOUNG", "G_YOUNG", 1),
        (str(D1), "trial", "G_YOUNG", "POOR", 1),
        (str(D1), "trial", "POOR", "POOR", 2),
    ]


def test_trials_side_by_side_over_a_window(mofang: Any) -> None:
    trials = ("--trial", "short:window=8", "--trial", "long:window=50, limit=70")
    found = mofang("rules", "preview", "--org", "P2", *trials, *WINDOW, "--counts")
    active = [
        (row["day"], row["trial"], row["customers_before"], row["customers_after"], row["change"])
        for row in found
        if row["segment"] == "POOR"
    ]
    assert active == [
        (str(D0), "short", 3, 1, -2),
        (str(D0), "long", 3, 4, 1),
        (str(D1), "short", 2, 2, 0),
        (str(D1), "long", 2, 4, 2),
    ]


def test_sets_that_a_trial_would_touch(mofang: Any) -> None:
    found = mofang("rules", "preview", "--org", "P2", "--set", "window=20", "--day", str(D1), "--affected")
    assert [tuple(row.values()) for row in found] == [
        ("trial", "set", "active", "active", 1, 0),
        ("trial", "campaign", "spring", "active", 1, 0),
        ("trial", "set", "away", "away", 0, 1),
    ]


def test_a_trial_that_would_be_refused_says_why(mofang: Any) -> None:
    status, error = mofang("rules", "preview", "--org", "P2", "--set", "window=500", "--day", str(D1))
    assert (status, "500 is outside 7..120 days" in error) == (1, True)
