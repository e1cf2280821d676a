"""tree, flow and table on a small made-up lake: columns, sums, scopes."""

import csv
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import scratch_lake

from mofang_pipeline import lake
from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import Home
from mofang_pipeline.serving import publish, views

FIRST, LAST, LOCAL = "2026-06-01", "2026-06-03", "530000"
WINDOW = ("--from", FIRST, "--to", LAST)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Home(home=tmp_path_factory.mktemp("home"))
    scratch_lake.build(made, customers=400, first_day=date.fromisoformat(FIRST), days=3)
    with lake.writer(made) as connection:
        views.create_views(connection)
        snapshot = lake.latest_snapshot(connection)
    publish.publish(made, snapshot, date.fromisoformat(LAST))
    return made.root


@pytest.fixture
def mofang(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command on the lake; returns what its JSON says, or its error for a status other than 0."""
    monkeypatch.setenv("MOFANG_HOME", str(home))

    def run(*arguments: str) -> Any:
        status = execute([*arguments, "--format", "json"])
        printed = capsys.readouterr()
        return json.loads(printed.out) if status == 0 else (status, printed.err.strip())

    return run


def test_tree_has_the_published_columns(mofang: Any) -> None:
    columns = ["node_id", "parent_id", "name", "customers", "share_of_parent", "change"]
    assert list(mofang("tree", "--day", LAST)[0]) == columns


def test_tree_starts_at_the_root(mofang: Any) -> None:
    assert mofang("tree", "--day", LAST)[0]["node_id"] == "root"


def test_children_sum_to_their_parent(mofang: Any) -> None:
    nodes = mofang("tree", "--day", LAST)
    sums: dict[str, int] = {}
    for node in nodes:
        sums[node["parent_id"]] = sums.get(node["parent_id"], 0) + node["customers"]
    assert [each for each in nodes if sums.get(each["node_id"], each["customers"]) != each["customers"]] == []


def test_names_in_english(mofang: Any) -> None:
    assert mofang("tree", "--day", LAST, "--language", "en")[0]["name"] == "All customers"


def test_flow_has_the_published_columns(mofang: Any) -> None:
    assert list(mofang("flow", *WINDOW)[0]) == ["from_segment", "to_segment", "customers"]


@pytest.mark.parametrize(("org", "level"), [(None, "0"), (None, "2"), (LOCAL, "1"), (LOCAL, "99")])
def test_flow_out_of_the_stock_is_the_tree(mofang: Any, org: str | None, level: str) -> None:
    scope = ("--org", org) if org else ()
    out = sum(
        row["customers"]
        for row in mofang("flow", *WINDOW, *scope, "--level", level)
        if row["from_segment"][0] != "("
    )
    assert out == mofang("tree", "--day", FIRST, *scope)[0]["customers"]


def test_a_branch_sees_its_local_leaves_by_default(mofang: Any) -> None:
    seen = {row["from_segment"] for row in mofang("flow", *WINDOW, "--org", LOCAL)}
    assert seen & set(dict.fromkeys(leaf[0] for leaf in scratch_lake.LOCAL_LEAVES)) or "B7" not in seen


def test_same_rules_is_the_actual_flow_where_no_rule_changed(mofang: Any) -> None:
    assert mofang("flow", *WINDOW, "--basis", "same-rules") == mofang("flow", *WINDOW)


def test_a_day_that_is_not_computed_is_named(mofang: Any) -> None:
    expected = f"mofang: 2026-07-01 not computed for 000000; days computed: {FIRST} to {LAST}"
    assert mofang("tree", "--day", "2026-07-01") == (1, expected)


def test_an_unknown_organisation_is_named(mofang: Any) -> None:
    expected = "mofang: there is no organisation 1'; `mofang table organisation` lists them"
    assert mofang("tree", "--day", LAST, "--org", "1'") == (1, expected)


def test_an_unknown_table_lists_those_that_are_published(mofang: Any) -> None:
    status, error = mofang("table", "customer")
    assert (status, "segment_membership" in error) == (1, True)


@pytest.mark.parametrize("name", ["pg_tables", "mart.organisation", 'organisation" --', "serving.flow"])
def test_only_published_tables_can_be_read(mofang: Any, name: str) -> None:
    status, error = mofang("table", name)
    assert (status, error.startswith(f"mofang: there is no published table {name!r}")) == (1, True)


def test_table_of_one_day_and_province(mofang: Any) -> None:
    found = mofang("table", "segment_membership", "--day", LAST, "--org", LOCAL)
    assert {(row["day"], row["province"]) for row in found} <= {(LAST, LOCAL)}


def test_table_of_head_office_is_the_whole_table(mofang: Any) -> None:
    whole = mofang("table", "segment_membership", "--day", LAST)
    assert mofang("table", "segment_membership", "--day", LAST, "--org", "000000") == whole


def test_a_table_without_days_says_so(mofang: Any) -> None:
    error = "mofang: segment_node is not kept by day; leave out --day"
    assert mofang("table", "segment_node", "--day", LAST) == (1, error)


def test_csv_and_json_hold_the_same_rows(mofang: Any, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    records = mofang("tree", "--day", LAST)
    execute(["tree", "--day", LAST, "--format", "csv"])
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["customers"] for row in rows] == [str(record["customers"]) for record in records]


def test_status_tells_of_every_computed_day(mofang: Any) -> None:
    assert [row["computed"] for row in mofang("status")] == [True, True, True]
