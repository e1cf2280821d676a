"""Near the edge: how many customers of each leaf are likely to move next, by what, and to which leaf.

Set-based, in one pass over a day's wide table: every customer's thresholds are looked at, and the tree is evaluated
again only for those who are within the margin of one. What counts as a change is in rulebook/edge.py.
"""

from datetime import date

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.replay import Rules, by_rulebook
from mofang_pipeline.rulebook import Rulebook, ancestor_rows, parameter_rows, segment_case
from mofang_pipeline.rulebook.edge import Margin, changes, columns_after, crossings
from mofang_pipeline.rulebook.inline import literal, parameter_relation, relation

NOBODY = """
select cast(null as varchar) as province, cast(null as varchar) as city, cast(null as varchar) as segment,
    cast(null as varchar) as hq_leaf, cast(null as varchar) as column_name, cast(null as varchar) as direction,
    cast(null as varchar) as to_leaf, cast(null as varchar) as to_hq_leaf, 0 as customers, 0 as customers_hq
where false
"""


def write_edges(connection: duckdb.DuckDBPyConnection, day: date, rules: Rules) -> int:
    """Replaces mart.segment_edge_daily of `day` for all provinces whose segments are there; returns the rows written.

    `rules` are those with which the day was computed.
    """
    placed = connection.execute("select distinct province from mart.segment_membership where day = ?", [day])
    query = edge_query(rules, day, [province for (province,) in placed.fetchall()])
    return lake.replace_partition(connection, "mart.segment_edge_daily", "day = $day", query, {"day": day})


def edge_query(rules: Rules, day: date, provinces: list[str]) -> str:
    """The day's rows of mart.segment_edge_daily, from mart.customer_wide."""
    counted = [
        f"(\n{counted_query(rulebook, day, members)}\n)"
        for rulebook, members in by_rulebook(rules, provinces)
    ]
    query = published.statement("segment_edge_daily").replace("{day}", literal(day))
    return query.replace("{counted}", "\nunion all\n".join(counted) or NOBODY)


def counted_query(rulebook: Rulebook, day: date, provinces: list[str]) -> str:
    """By province, city and leaf: customers whom each change would move, under one rulebook."""
    tried = changes(rulebook, Margin(rulebook.settings.edge_days, rulebook.settings.edge_percent))
    if not tried:  # a tree that asks for no number has no edges
        return NOBODY
    after, crossing = columns_after(rulebook, tried), crossings(rulebook, tried)
    leaves = sorted({(row["leaf"], row["hq_leaf"]) for row in ancestor_rows(rulebook)})
    numbered = [(each.column, each.direction, place, 1 << place) for place, each in enumerate(tried)]
    marks = {
        "columns": ", ".join(f"w.{name}" for name in after if name not in ("province", "city")) or "w.day",
        "columns_after": ", ".join(
            f"{sql} as {name}" for name, sql in after.items() if name not in ("province", "city")
        )
        or "w.day",
        "segment_case": segment_case(rulebook),
        "near": crossing.any,
        "mask": crossing.mask,
        "parameters": parameter_relation(parameter_rows(rulebook, day, day)),
        "changes": relation(("column_name", "direction", "number", "bit"), numbered),
        "leaves": relation(("leaf", "hq_leaf"), leaves),
        "day": literal(day),
        "provinces": ", ".join(map(literal, provinces)),
    }
    query = published.statement("segment_edge")
    for mark, text in marks.items():
        query = query.replace(f"{{{mark}}}", text)
    return query
