"""Segments: every customer of a day in exactly one leaf of the tree, by province and day.

One statement for all branches: the tree is compiled once to one CASE, the branches' values are joined in as columns.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from mofang_pipeline import lake, published
from mofang_pipeline.rulebook import (
    Rulebook,
    ancestor_rows,
    lca_rows,
    node_rows,
    parameter_rows,
    segment_case,
)


def write_tree(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, days: Sequence[date]) -> None:
    """The tree as tables: mart.segment_node, rule_version_day, segment_ancestor, int.segment_split."""
    ancestors = [
        (row["leaf"], row["node_id"], row["depth"], row["hq_leaf"]) for row in ancestor_rows(rulebook)
    ]
    published.replace_all(connection, "mart.segment_ancestor", ancestors)
    splits = [(row["leaf_a"], row["leaf_b"], row["split_node"]) for row in lca_rows(rulebook)]
    published.replace_all(connection, "int.segment_split", splits)
    for first, last in _periods(rulebook, days):
        _write_nodes(connection, rulebook, [day for day in days if first <= day <= last])


def _periods(rulebook: Rulebook, days: Sequence[date]) -> list[tuple[date, date]]:
    rows = parameter_rows(rulebook, min(days), max(days))
    return sorted({(row["valid_from"], row["valid_to"]) for row in rows})


def _write_nodes(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, days: Sequence[date]) -> None:
    nodes = pd.DataFrame(node_rows(rulebook, days[0]))
    versions = nodes[["org_code", "rule_version"]].drop_duplicates()
    calendar = pd.DataFrame({"day": list(days)})
    connection.register("tree_nodes", nodes)
    connection.register("tree_versions", versions.merge(calendar, how="cross"))
    connection.execute("begin")
    connection.execute(
        """
        insert into mart.segment_node by name
        select * from tree_nodes as fresh
        where not exists (
            select 1 from mart.segment_node as known
            where known.rule_version = fresh.rule_version and known.org_code = fresh.org_code
        )
        """
    )
    connection.execute(
        "delete from mart.rule_version_day where day in (select unnest($days))", {"days": list(days)}
    )
    connection.execute(
        """
        insert into mart.rule_version_day by name
        select cast(day as date) as day, org_code, rule_version from tree_versions
        """
    )
    connection.execute("commit")
    connection.unregister("tree_nodes")
    connection.unregister("tree_versions")


def write_membership(
    connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, day: date, provinces: Sequence[str] = ()
) -> int:
    """Replaces mart.segment_membership of `day`, or of these provinces on it; returns the rows written."""
    connection.register("parameter", pd.DataFrame(parameter_rows(rulebook, day, day)))
    query = published.statement("segment_membership").replace("{segment_case}", segment_case(rulebook))
    scope = province_scope(provinces)
    try:
        return lake.replace_partition(
            connection,
            "mart.segment_membership",
            "day = $day and ($all_provinces or list_contains($provinces, province))",
            query,
            {"day": day, **scope},
        )
    finally:
        connection.unregister("parameter")


def province_scope(provinces: Sequence[str]) -> dict[str, object]:
    """Bound values that restrict a statement to `provinces`; none means all."""
    return {"all_provinces": not provinces, "provinces": list(provinces) or [""]}
