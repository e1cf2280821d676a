"""Every dashboard -> chart -> dataset -> column -> view holds, and both languages have the same things."""

from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest
import yaml

from mofang_pipeline import lake
from mofang_pipeline.superset_service import BUNDLE, FAMILIES, label_colours, sources

CONTROLS = ("id", "parent", "name", "source", "target", "all_columns", "groupbyRows", "groupbyColumns")


@cache
def contents(folder: str) -> dict[Path, dict]:
    return {
        path: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted(BUNDLE.glob(f"{folder}/**/*.yaml"))
    }


def datasets() -> dict[str, dict]:
    return {dataset["uuid"]: dataset for dataset in contents("datasets").values()}


def columns_used(chart: dict) -> set[str]:
    named = [chart["params"][control] for control in CONTROLS if control in chart["params"]]
    flat = [item for value in named for item in (value if isinstance(value, list) else [value])]
    return {item["sqlExpression"] if isinstance(item, dict) else item for item in flat}


def metrics_used(chart: dict) -> set[str]:
    return {*chart["params"].get("metrics", []), *filter(None, [chart["params"].get("metric")])}


def placed_charts(dashboard: dict) -> set[str]:
    return {
        part["meta"]["uuid"]
        for part in dashboard["position"].values()
        if isinstance(part, dict) and part.get("type") == "CHART"
    }


@pytest.mark.parametrize("chart", contents("charts").values(), ids=lambda chart: chart["slice_name"])
def test_a_chart_uses_what_its_dataset_has(chart):
    dataset = datasets()[chart["dataset_uuid"]]
    assert columns_used(chart) <= {column["column_name"] for column in dataset["columns"]}
    assert metrics_used(chart) <= {metric["metric_name"] for metric in dataset["metrics"]}


@pytest.mark.parametrize("dataset", contents("datasets").values(), ids=lambda dataset: dataset["table_name"])
def test_a_dataset_is_a_serving_view_with_its_columns(dataset, scratch):
    with closing(lake.connect(scratch, read_only=True)) as connection:
        found = connection.execute(f"describe lake.{dataset['schema']}.{dataset['table_name']}").fetchall()
    assert {column["column_name"] for column in dataset["columns"]} <= {row[0] for row in found}


def test_no_dataset_has_its_own_sql_or_a_template():
    assert [dataset["sql"] for dataset in datasets().values()] == [None] * len(datasets())
    assert [
        path.name for path in contents("datasets") if "{{" in path.read_text() or "{%" in path.read_text()
    ] == []


def test_uuids_are_unique():
    uuids = [
        content["uuid"]
        for folder in ("databases", "datasets", "charts", "dashboards")
        for content in contents(folder).values()
    ]
    assert len(uuids) == len(set(uuids))


def test_dashboards_show_charts_that_exist_and_every_chart_is_shown():
    placed = set().union(*(placed_charts(dashboard) for dashboard in contents("dashboards").values()))
    assert placed == {chart["uuid"] for chart in contents("charts").values()}


@pytest.mark.parametrize("folder", ["charts", "dashboards"])
def test_both_languages_have_the_same(folder):
    names = {path.stem for path in contents(folder)}
    chinese = {name[:-3] for name in names if name.endswith("zh")}
    assert chinese == {name[:-3] for name in names if name.endswith("en")}


def test_filters_reach_the_columns_of_every_chart_on_their_dashboard():
    """A filter acts by its column's name: flow charts without it would read every pair of days."""
    charts = {chart["uuid"]: chart for chart in contents("charts").values()}
    for path, dashboard in contents("dashboards").items():
        wanted = {
            each["targets"][0]["column"]["name"]
            for each in dashboard["metadata"]["native_filter_configuration"]
        }
        for uuid in placed_charts(dashboard):
            columns = {
                column["column_name"] for column in datasets()[charts[uuid]["dataset_uuid"]]["columns"]
            }
            missing = wanted - columns - {"depth_zh", "depth_en", "node_zh", "node_en"}
            assert not missing, f"{path.name}: {charts[uuid]['slice_name']} lacks {missing}"


def test_superset_is_set_up_again_for_other_roles_and_for_another_version():
    assert {"access.py", "superset.txt", "roles.py", "pages.json"} <= {path.name for path in sources()}


def test_colours_follow_the_family_on_both_sides():
    colours = label_colours([("D3 高频", "D3 Frequent", "D")])
    assert colours["D3 高频 →"] == colours["→ D3 Frequent"] == "#2E9E4F"


def test_nodes_of_one_place_have_one_order():
    nodes = [
        ("B5 县域", "B5 rural"),
        ("B5 城区", "B5 urban"),
        ("B6 高资产", "B6 assets"),
        ("B7 代发", "B7 payroll"),
    ]

    def families(rows: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as lake; create schema lake.serving")
            columns = "node_zh varchar, node_en varchar, sort_order integer, family varchar"
            connection.execute(f"create table lake.serving.node_option ({columns})")
            connection.executemany("insert into lake.serving.node_option values (?, ?, 7, 'B')", rows)
            return connection.execute(FAMILIES).fetchall()

    assert families(nodes) == families(nodes[::-1])
