"""Segments: every customer of a day in exactly one leaf of the tree, by province and day.

One statement for all branches with the same rulebook: the tree is compiled once to one CASE, the branches' values are
joined in as columns. What the rules of a day are as tables is written by trees.py.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pandas as pd

from mofang_pipeline import lake, published
from mofang_pipeline.replay import Rules, by_rulebook
from mofang_pipeline.rulebook import Rulebook, parameter_rows, segment_case


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


def write_under(
    connection: duckdb.DuckDBPyConnection,
    rules: Rules,
    day: date,
    provinces: Sequence[str] = (),
) -> int:
    """As write_membership, each province by its own rules: one statement for all with the same rulebook."""
    groups = by_rulebook(rules, [code for code in rules if not provinces or code in provinces])
    if len(groups) == 1 and not provinces:
        return write_membership(connection, groups[0][0], day)
    return sum(write_membership(connection, rulebook, day, codes) for rulebook, codes in groups)


def province_scope(provinces: Sequence[str]) -> dict[str, object]:
    """Bound values that restrict a statement to `provinces`; none means all."""
    return {"all_provinces": not provinces, "provinces": list(provinces) or [""]}
