"""The decision tree of an organisation and day, and all about one node."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import duckdb

from mofang_pipeline import rules
from mofang_pipeline.portal.asked import Answer, Asked, remembered
from mofang_pipeline.portal.condition import column_words, condition_words
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import CHANGES, Hidden, hidden_nodes, threshold
from mofang_pipeline.rulebook import resolved
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import Parameter
from mofang_pipeline.rulebook.predicates import parameters_in

NODES = """
    select
        node.node_id, node.parent_id, node.depth, node.is_leaf, node.family, trim(node.code) as code, node.name_zh,
        node.name_en, node.customers, node.share_of_parent, node.change_1d, node.change_7d, node.change_30d
    from serving.tree_node as node
    where node.org_code = $org and node.day = $day
    order by node.sort_order
"""
NODE = """
    select node_id, parent_id, is_leaf, family, trim(code) as code, name_zh, name_en, condition
    from serving.tree_node
    where org_code = $org and day = $day and node_id = $node
"""
PROFILE = """
    select measure, measure_zh, measure_en, value, parent_value, whole_value, value_zh, value_en, parent_zh, parent_en,
        whole_zh, whole_en
    from serving.node_profile
    where org_code = $org and day = $day and node_id = $node and measure not in ('customers', 'share_of_parent')
        and not starts_with(measure, 'change_')
    order by sort_order
"""
PARENT = ("parent_value", "parent_zh", "parent_en")
WHOLE = ("whole_value", "whole_zh", "whole_en")
ABOVE = """
    select node.parent_id, root.node_id as root_id
    from serving.tree_node as node
    inner join serving.tree_node as root
        on node.org_code = root.org_code and node.day = root.day and root.parent_id is null
    where node.org_code = $org and node.day = $day and node.node_id = $node
"""
TREND = """
    select day, customers
    from mart.segment_profile_daily
    where org_code = $org and node_id = $node and day <= $day and day > $day - interval 90 days
    order by day
"""


EDGES = """
    select column_name, direction, to_leaf, customers
    from mart.segment_edge_daily
    where org_code = $org and day = $day and node_id = $node
    order by customers desc
"""


def nodes(asked: Asked) -> Answer:
    """Every node in the tree's order, with customers, share of parent and changes."""
    org, day = asked.org(), asked.day()
    days = [day, *(day - timedelta(days=back) for back in CHANGES.values())]
    hidden = hidden_nodes(asked, org, days)
    rows = [without_small(row, hidden, day) for row in asked.rows(NODES, org=org, day=day)]
    return {"org": org, "day": day, "nodes": rows}


def profile_beside(asked: Asked, chosen: Mapping[str, Any], hidden: frozenset[str]) -> list[Row]:
    """The node's measures beside its parent's and everybody's, as far as those are not hidden themselves."""
    above, whole = asked.rows(ABOVE, **chosen)[0].values()
    left_out = [column for column in PARENT if above in hidden] + [
        column for column in WHOLE if whole in hidden
    ]
    return [row | dict.fromkeys(left_out) for row in asked.rows(PROFILE, **chosen)]


def without_small(row: Row, hidden: Hidden, day: date) -> Row:
    """What is hidden is left out, and what tells it: a shown count and its share of a hidden parent."""
    node, today = row["node_id"], hidden.get(day.isoformat(), frozenset())
    if node in today:
        return row | dict.fromkeys(("customers", "share_of_parent", *CHANGES))
    if row["parent_id"] in today:
        row = row | {"share_of_parent": None}
    then = {name: (day - timedelta(days=back)).isoformat() for name, back in CHANGES.items()}
    return row | {name: None for name, before in then.items() if node in hidden.get(before, ())}


def node(asked: Asked) -> Answer:
    """One node: its condition in words, profile beside parent and whole, customers over the last 90 days."""
    org, day = asked.org(), asked.day()
    chosen = {"org": org, "day": day, "node": asked.text("node")}
    found = asked.rows(NODE, **chosen)
    if not found:
        return {"node": None}
    trend = asked.rows(TREND, **chosen)
    hidden = hidden_nodes(asked, org, [date.fromisoformat(row["day"]) for row in trend])
    is_small = chosen["node"] in hidden.get(day.isoformat(), ())
    return {
        "node": found[0] | condition_words(str(found[0]["condition"])),
        "edges": [] if is_small else _edges(asked, chosen),
        "rule": _rule(asked, org, day, str(chosen["node"])),
        "profile": []
        if is_small
        else profile_beside(asked, chosen, hidden.get(day.isoformat(), frozenset())),
        "trend": [
            [row["day"], None if chosen["node"] in hidden.get(row["day"], ()) else row["customers"]]
            for row in trend
        ],
    }


def _edges(asked: Asked, chosen: Mapping[str, Any]) -> list[Row]:
    """Who is likely to move next, by what and where to; the row (any) counts each customer once."""
    try:
        rows = asked.rows(EDGES, **chosen)
    except duckdb.CatalogException:  # published before there was such a table
        return []
    limit = threshold(asked) or 0
    return [row | {"column": column_words(row["column_name"])} for row in rows if row["customers"] >= limit]


def _rule(asked: Asked, org: str, day: date, node_id: str) -> Answer:
    """Whether the node is of the main tree or a branch's own, and the parameters that its condition asks for."""
    rulebook = rules.in_force(asked.home)
    main = {node.id: node for node in rulebook.tree.nodes}
    splits = {node.id: node for branch in rulebook.branches.values() for node in branch.splits}
    node = main.get(node_id) or splits.get(node_id)
    if node is None or node.when is None:
        return {"is_local": node_id in splits, "parameters": []}
    names = parameters_in(parse_condition(node.when, rulebook.tree.parameter_types))
    values = resolved(rulebook, day)[org]
    return {
        "is_local": node_id in splits,
        "parameters": [
            _parameter(rulebook.tree.parameters[name], values[name].value) for name in sorted(names)
        ],
    }


def _parameter(parameter: Parameter, value: float) -> Row:
    return {
        "parameter": parameter.name,
        "name_zh": parameter.zh,
        "name_en": parameter.en,
        "unit": parameter.unit,
        "value": str(value // 100 if parameter.type == "money" else value),
        "set_by": parameter.set_by,
    }


WAYS = [remembered("/nodes", nodes), remembered("/node", node)]
