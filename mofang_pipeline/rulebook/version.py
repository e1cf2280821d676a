"""Ids of rule versions: the same content gives the same id anywhere, and one branch's change leaves others'
ids alone.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from mofang_pipeline.rulebook.model import Branch, Node, Rulebook
from mofang_pipeline.rulebook.resolve import Values


def rule_versions(rulebook: Rulebook, values: Mapping[str, Values]) -> dict[str, str]:
    """Organisation code -> 16 hexadecimal digits, given every organisation's resolved values on a day.

    A tier1 and its cities share one id, over the main tree, the tier1's values and splits, and what its
    cities do differently. Head office's is over the main tree and its own values. Whitespace around
    conditions does not count.
    """
    tree = {"tree": rulebook.tree.id, "nodes": _nodes(rulebook.tree.nodes)}
    head = rulebook.head_office.org_code
    versions = {head: _digest({**tree, "values": _numbers(values[head])})}
    for tier1 in rulebook.subordinates[head]:
        cities = rulebook.subordinates[tier1]
        own = {"values": _numbers(values[tier1]), "splits": _splits(rulebook.branch(tier1))}
        different = {
            city: change for city in cities if (change := _difference(rulebook, values, tier1, city))
        }
        versions |= dict.fromkeys((tier1, *cities), _digest({**tree, **own, "cities": different}))
    return versions


def _difference(rulebook: Rulebook, values: Mapping[str, Values], tier1: str, city: str) -> dict[str, Any]:
    splits = _splits(rulebook.branch(city))
    if values[city] is values[tier1] and not splits:
        return {}
    above, own = _numbers(values[tier1]), _numbers(values[city])
    changed = {name: value for name, value in own.items() if value != above[name]}
    return {"values": changed, "splits": splits} if changed or splits else {}


def _numbers(values: Values) -> dict[str, int | float]:
    return {name: each.value for name, each in values.items()}


def _splits(branch: Branch) -> dict[str, Any]:
    return {leaf: _nodes(nodes) for leaf, nodes in branch.split_groups.items()}


def _nodes(nodes: tuple[Node, ...]) -> list[list[str | None]]:
    return [[node.id, node.parent, node.when and node.when.strip(), node.zh, node.en] for node in nodes]


def _digest(content: dict[str, Any]) -> str:
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]
