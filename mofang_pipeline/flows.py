"""Who moved where between any two days, under the rules of each day or both under the earlier day's, and why.

The actual flow is also a view (serving/views/flow.sql); here is what must evaluate rules again. Results are small.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from mofang_pipeline import published
from mofang_pipeline.replay import Rules, changed_provinces, completed, segments_under
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.inline import literal, relation
from mofang_pipeline.rulebook.outline import leaf_paths

PLACE = {"hq": "province", "tier1": "province", "tier2": "city"}
DEEPEST = 99


@dataclass(frozen=True)
class Window:
    """Two days, the organisation whose customers are followed, and the rules that each day was computed with."""

    org_code: str
    org_level: str
    first: date
    last: date
    earlier: Rules
    later: Rules


def same_rules(
    connection: duckdb.DuckDBPyConnection, window: Window, level: int = DEEPEST
) -> duckdb.DuckDBPyConnection:
    """from_segment, to_segment, customers: the last day's data under the first day's rules. Level 0 is the root.

    The flows out of a segment sum to its customers on the first day.
    """
    return connection.execute(_query(connection, window, level, to_node="masked_node", cause=""))


def by_cause(
    connection: duckdb.DuckDBPyConnection, window: Window, level: int = DEEPEST
) -> duckdb.DuckDBPyConnection:
    """from_segment, to_segment, cause, customers of the actual flow; causes are those of the nodes at the level."""
    return connection.execute(_query(connection, window, level, to_node="to_node", cause="cause, "))


def by_destination(connection: duckdb.DuckDBPyConnection, window: Window) -> duckdb.DuckDBPyConnection:
    """from_segment, to_segment, masked_node, customers between leaves: the actual flow, split by where the last day's
    data would be under the first day's rules. Causes and same-rules flow at any level are sums of these."""
    return connection.execute(_query(connection, window, DEEPEST, to_node="to_node", cause="masked_node, "))


def cause(source: str, target: str, masked: str, *, is_stock: bool) -> str:
    """As window_flow.sql says it, of three nodes of one level."""
    if not is_stock:
        return "population"
    if masked == target:
        return "same" if target == source else "behaviour"
    return "rule" if masked == source else "both"


def _query(
    connection: duckdb.DuckDBPyConnection, window: Window, level: int, *, to_node: str, cause: str
) -> str:
    earlier = completed(window.earlier, window.later)
    changed = changed_provinces(connection, window.first, window.last, earlier)
    parts = {
        "earlier": segments_under(earlier, window.first, changed, data_day=window.last),
        "first": literal(window.first),
        "last": literal(window.last),
        "level": literal(window.org_level),
        "org": literal(window.org_code),
        "from_place": f"from_{PLACE[window.org_level]}",
        "to_place": f"to_{PLACE[window.org_level]}",
        "earlier_nodes": _nodes(earlier.values(), window.org_level, level),
        "later_nodes": _nodes(window.later.values(), window.org_level, level),
        "to_node": to_node,
        "cause": cause,
    }
    query = published.statement("window_flow")
    for name, text in parts.items():
        query = query.replace(f"{{{name}}}", text)
    return query


def _nodes(rulebooks: Iterable[Rulebook], org_level: str, level: int) -> str:
    """leaf, node_id: the leaf's ancestor at that depth, or the leaf; head office sees no local leaves."""
    nodes: dict[str, str] = {}
    for rulebook in {id(each): each for each in rulebooks}.values():
        main = set(rulebook.tree.leaves)
        for leaf, path in leaf_paths(rulebook).items():
            cut = (
                len(path) - 1 if org_level != "hq" else next(i for i, node in enumerate(path) if node in main)
            )
            nodes.setdefault(leaf, path[min(level, cut)])
    return relation(("leaf", "node_id"), nodes.items())
