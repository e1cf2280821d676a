"""A small made-up lake with the published tables that the serving views read, for tests and for looking at dashboards.

Customers, moves and amounts come from hashes, so every build with the same arguments is the same. The tree and the
organisations are the rulebook's own; 云南 (530000) splits B7 into two local leaves.
"""

import csv
import re
from datetime import date
from pathlib import Path

import duckdb
import yaml

from mofang_pipeline import lake
from mofang_pipeline.home import Home

LOCAL_ORG = "530000"
LOCAL_LEAVES = [
    ("B7_YN_CROP", "涉农代发未绑", "Crop payroll, not bound"),
    ("B7_YN_OTHER", "其他代发未绑", "Other payroll, not bound"),
]
SQL = Path(__file__).with_name("scratch_lake.sql")


def build(home: Home, *, customers: int, first_day: date, days: int) -> int:
    """Fills the lake under `home`; returns its latest snapshot."""
    with lake.writer(home) as connection:
        _load_rulebook(connection, home.rulebook)
        text = SQL.read_text(encoding="utf-8")
        for statement in text.split(";\n"):
            if statement.strip():
                connection.execute(
                    statement, _used(statement, customers=customers, first_day=first_day, days=days)
                )
        return lake.latest_snapshot(connection)


def _used(statement: str, **values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if f"${name}" in statement}


def _load_rulebook(connection: duckdb.DuckDBPyConnection, rulebook: Path) -> None:
    with (rulebook / "organisations.csv").open(encoding="utf-8") as file:
        organisations = [tuple(row.values()) for row in csv.DictReader(file)]
    connection.execute(
        "create or replace table lake.mart.organisation"
        "(org_code varchar, parent_code varchar, level varchar, name_zh varchar, name_en varchar)"
    )
    connection.execute(
        "insert into lake.mart.organisation "
        "select unnest($a), nullif(unnest($b), ''), unnest($c), unnest($d), unnest($e)",
        dict(zip("abcde", map(list, zip(*organisations, strict=True)), strict=True)),
    )
    tree = yaml.safe_load((rulebook / "tree.yaml").read_text(encoding="utf-8"))
    nodes = _nodes([_with_values(node, tree["parameters"]) for node in tree["nodes"]])
    connection.execute(
        "create or replace temp table tree_node(node_id varchar, parent_id varchar, depth int, is_leaf boolean, "
        "hq_leaf varchar, name_zh varchar, name_en varchar, condition varchar, sort_order int, org_code varchar)"
    )
    connection.executemany("insert into tree_node values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", nodes)


def _with_values(node: dict[str, str], parameters: dict[str, dict[str, int]]) -> dict[str, str]:
    """Its condition with the defaults filled in, money in fen."""
    values = {
        name: each["default"] * (100 if each["type"] == "money" else 1) for name, each in parameters.items()
    }
    when = re.sub(r":(\w+)", lambda found: str(values[found[1]]), node.get("when", "otherwise"))
    return node | {"when": when if node.get("parent") else ""}


def _nodes(nodes: list[dict[str, str]]) -> list[tuple[object, ...]]:
    """Rows of the main tree (org_code NULL), then the local leaves."""
    parents = {node["id"]: node.get("parent") for node in nodes}
    ordered = _depth_first(nodes, None)
    rows = [
        (
            node["id"],
            node.get("parent"),
            _depth(parents, node["id"]),
            node["id"] not in parents.values(),
            node["id"] if node["id"] not in parents.values() else None,
            node["zh"],
            node["en"],
            node.get("when", "otherwise"),
            order * 10,
            None,
        )
        for order, node in enumerate(ordered)
    ]
    hq_leaf = next(row for row in rows if row[0] == "B7")
    local = [
        (node_id, "B7", hq_leaf[2] + 1, True, "B7", zh, en, "local", hq_leaf[8] + 1 + number, LOCAL_ORG)
        for number, (node_id, zh, en) in enumerate(LOCAL_LEAVES)
    ]
    return rows + local


def _depth_first(nodes: list[dict[str, str]], parent: str | None) -> list[dict[str, str]]:
    children = [node for node in nodes if node.get("parent") == parent]
    return [found for child in children for found in [child, *_depth_first(nodes, child["id"])]]


def _depth(parents: dict[str, str | None], node_id: str) -> int:
    parent = parents[node_id]
    return 0 if parent is None else 1 + _depth(parents, parent)
