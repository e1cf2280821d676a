"""A node beside another of the same organisation: averages by ratio, distributions by Cohen's h, ranked by difference.

Who stayed, came and went between two days is the flow page's answer, which the page asks too.
"""

import math

from mofang_pipeline.portal.asked import Answer, Asked, remembered
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import coarse_shares, hidden_nodes

NODES = """
    select node_id, parent_id, depth, family, trim(code) as code, name_zh, name_en, customers
    from serving.tree_node
    where org_code = $org and day = $day and node_id in ($node, $against)
"""
MEASURES = """
    select
        node.measure, node.measure_zh, node.measure_en, node.value, node.value_zh, node.value_en,
        other.value as other, other.value_zh as other_zh, other.value_en as other_en
    from serving.node_profile as node
    inner join serving.node_profile as other
        on node.day = other.day and node.org_code = other.org_code and node.measure = other.measure
    where node.org_code = $org and node.day = $day and node.node_id = $node and other.node_id = $against
        and node.measure not in ('customers', 'share_of_parent') and not starts_with(node.measure, 'change_')
    order by node.sort_order
"""
SHARES = """
    select
        profile.node_id, profile.dimension, profile.value, profile.customers,
        coalesce(max(institution.name_zh), profile.value) as name_zh,
        coalesce(max(institution.name_en), profile.value) as name_en
    from mart.segment_distribution_daily as profile
    left join mart.institution as institution
        on profile.dimension = 'institution' and profile.value = institution.institution_code
    where profile.org_code = $org and profile.day = $day and profile.node_id in ($node, $against)
    group by profile.node_id, profile.dimension, profile.value, profile.customers
    order by profile.dimension, profile.value
"""


def compare(asked: Asked) -> Answer:
    """Both nodes, the ratio of each average, the share of each value of each dimension; null where one is not shown."""
    org, day, node, against = asked.org(), asked.day(), asked.text("node"), asked.text("against")
    chosen = {"org": org, "day": day, "node": node, "against": against}
    found = {row["node_id"]: row for row in asked.rows(NODES, **chosen)}
    if not {node, against} <= found.keys():
        return {"node": None, "is_small": False}
    hidden = hidden_nodes(asked, org, [day]).get(day.isoformat(), frozenset())
    if hidden & found.keys():
        return {"node": None, "is_small": True}
    return {
        **chosen,
        "node": found[node],
        "against": found[against],
        "measures": _ranked([_with_ratio(row) for row in asked.rows(MEASURES, **chosen)]),
        "shares": _ranked(_shares(asked, asked.rows(SHARES, **chosen), node, against)),
    }


def _with_ratio(row: Row) -> Row:
    """How many times the other's average; its distance from 1 is the effect."""
    ratio = row["value"] / row["other"] if row["value"] is not None and row["other"] else None
    return {**row, "ratio": ratio, "effect": abs(math.log(ratio)) if ratio else None}


def _shares(asked: Asked, rows: list[Row], node: str, against: str) -> list[Row]:
    """One row per value that either node has; what one lacks is a share of 0."""
    names = {(row["dimension"], row["value"]): row for row in rows}
    of_node, of_other = _shares_of(asked, rows, node), _shares_of(asked, rows, against)
    told = []
    for (dimension, value), row in names.items():
        if dimension not in of_node or dimension not in of_other:
            continue
        share, other = of_node[dimension].get(value, 0.0), of_other[dimension].get(value, 0.0)
        h = cohens_h(share, other)
        told.append(
            {
                "dimension": dimension, "value": value, "name_zh": row["name_zh"], "name_en": row["name_en"],
                "share": share, "other": other, "h": h, "effect": abs(h),
            }
        )  # fmt: skip
    return told


def _shares_of(asked: Asked, rows: list[Row], node: str) -> dict[str, dict[str, float]]:
    """Dimension -> value -> share; without the dimensions that are not shown to this viewer."""
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        if row["node_id"] == node:
            counts.setdefault(row["dimension"], {})[row["value"]] = row["customers"]
    shares = {dimension: coarse_shares(asked, split) for dimension, split in counts.items()}
    return {dimension: split for dimension, split in shares.items() if split is not None}


def cohens_h(share: float, other: float) -> float:
    """The difference of two shares on the scale on which it means the same near 0 and near a half; 0.2 is small, 0.5
    middling, 0.8 large."""
    return 2 * math.asin(math.sqrt(share)) - 2 * math.asin(math.sqrt(other))


def _ranked(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["effect"] if row["effect"] is not None else -1.0, reverse=True)


WAYS = [remembered("/compare", compare)]
