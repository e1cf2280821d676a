"""Who moved from which segment to which between two days, and why: links, their causes, what the small ones are."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any

from mofang_pipeline import flows, rules
from mofang_pipeline.branch_flow import FEW
from mofang_pipeline.cli.reading import rules_of_day
from mofang_pipeline.portal import branch_links
from mofang_pipeline.portal.asked import Answer, Asked, Malformed, remembered
from mofang_pipeline.portal.condition import condition_words
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import threshold
from mofang_pipeline.reasons import reasons

NAMES = """
    select label.node_id, label.family, trim(label.code) as code, label.name_zh, label.name_en, label.sort_order
    from serving.node_label as label
    inner join serving.rule_version as version
        on label.org_code = version.org_code and label.rule_version = version.rule_version
    where label.org_code = $org and version.day in ($first, $last)
    order by version.day
"""
LEVEL = "select org_level from serving.organisation_option where org_code = $org"
COMPUTED = """
    select count(*) as days from serving.day_option where day in ($first, $last)
"""
SPECIAL = {
    "(new)": ("新开户", "New"),
    "(closed)": ("已销户", "Closed"),
    "(moved in)": ("转入", "Moved in"),
    "(moved out)": ("转出", "Moved out"),
    FEW: ("少量", "Few"),  # links too small for a branch to see, together
}
MOST_REASONS = 5
BASES = ("actual", "same-rules")


def links(asked: Asked) -> Answer:
    """Every link at the level, with customers and their split by cause; the nodes' names. Small links of a branch are
    together under FEW, as on the dashboards."""
    window, level, basis = (
        _window(asked),
        asked.number("level", flows.DEEPEST),
        asked.optional("basis") or "actual",
    )
    if basis not in BASES:
        raise Malformed(f"basis: {basis} is none of {', '.join(BASES)}", f"basis：{basis} 不可用")
    found = _links(asked, window, level, basis)
    names = asked.rows(NAMES, org=window.org_code, first=window.first, last=window.last)
    return {
        "org": window.org_code,
        "from": window.first,
        "to": window.last,
        "nodes": _named(names, found),
        "links": found,
    }


def _links(asked: Asked, window: flows.Window, level: int, basis: str) -> list[Row]:
    limit = threshold(asked)
    if limit is None:
        return _actual(asked, window, level) if basis == "actual" else _same_rules(asked, window, level)
    if basis == "actual":
        return branch_links.actual(asked, window, level, limit)
    return branch_links.same_rules(asked, window, level, limit)


def why(asked: Asked) -> Answer:
    """The top reasons along a link: which questions of the tree flipped, from which value to which.

    A branch is told them of links that it sees, in steps of the smallest count shown."""
    window, link = _window(asked), (asked.text("source"), asked.text("target"))
    same, limit = asked.optional("basis") == "same-rules", threshold(asked)
    most = branch_links.shown(asked, window, link, limit) if limit else None
    if most == 0:
        return []
    with asked.lake.cursor() as cursor:
        found = reasons(cursor, window, *link, same_rules=same)
    parameters = rules.in_force(asked.home).tree.parameters
    told = partial(branch_links.at_least, step=limit or 1, most=most)
    return [
        {
            "customers": told(each.customers),
            "customer_moved": told(each.customer_moved),
            "rule_changed": told(each.rule_changed),
            "is_at_least": limit is not None,
            "before": each.before,
            "after": each.after,
            "value_before": _middle(each.values_before),
            "value_after": _middle(each.values_after),
            **condition_words(each.predicate, parameters),
        }
        for each in found
        if told(each.customers)
    ][:MOST_REASONS]


def _middle(values: Sequence[Any]) -> Any:
    """The median of quartiles, or the most common value."""
    return values[len(values) // 2] if values else None


def _window(asked: Asked) -> flows.Window:
    org, first, last = asked.org(), asked.day("from"), asked.day("to")
    if first > last:
        raise Malformed(
            f"{first} is after {last}; swap the days", f"起始日 {first} 晚于截止日 {last}，请交换"
        )
    if asked.rows(COMPUTED, first=first, last=last)[0]["days"] < len({first, last}):
        raise Malformed(
            f"{first} or {last} is not computed; choose other days",
            f"{first} 或 {last} 尚未计算，请选择其他日期",
        )
    level = asked.rows(LEVEL, org=org)[0]["org_level"]
    return flows.Window(
        org, level, first, last, rules_of_day(asked.home, first), rules_of_day(asked.home, last)
    )


def _actual(asked: Asked, window: flows.Window, level: int) -> list[Row]:
    causes: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    with asked.lake.cursor() as cursor:
        for source, target, cause, customers in flows.by_cause(cursor, window, level).fetchall():
            causes[source, target][cause] = customers
    return [
        {"from": source, "to": target, "customers": sum(split.values()), "causes": split}
        for (source, target), split in causes.items()
    ]


def _same_rules(asked: Asked, window: flows.Window, level: int) -> list[Row]:
    with asked.lake.cursor() as cursor:
        found = flows.same_rules(cursor, window, level).fetchall()
    return [
        {"from": source, "to": target, "customers": customers, "causes": {}}
        for source, target, customers in found
    ]


def _named(names: list[Row], found: list[Row]) -> list[Row]:
    """The nodes that the links touch, in the tree's order; what is no node of the tree comes last."""
    known = {row["node_id"]: row for row in names}
    for place, (node, (zh, en)) in enumerate(SPECIAL.items()):
        known[node] = {
            "node_id": node,
            "family": None,
            "code": "",
            "name_zh": zh,
            "name_en": en,
            "sort_order": 10**6 + place,
        }
    touched = {row[side] for row in found for side in ("from", "to")}
    missing = {
        node: {
            "node_id": node,
            "family": None,
            "code": "",
            "name_zh": node,
            "name_en": node,
            "sort_order": 10**7,
        }
        for node in touched - known.keys()
    }
    return sorted(
        (row for node, row in (known | missing).items() if node in touched), key=lambda row: row["sort_order"]
    )


WAYS = [remembered("/links", links), remembered("/why", why)]
