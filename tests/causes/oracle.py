"""Segments and causes told plainly, one customer at a time, without the compiler: the engine must agree with it."""

from datetime import date
from typing import Any

from mofang_pipeline.rulebook import Rulebook, resolved
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import Node

Row = dict[str, Any]


def leaf(rulebook: Rulebook, day: date, row: Row) -> str:
    """The leaf that the row is in under the rules of `day`."""
    return path(rulebook, day, row)[-1]


def path(rulebook: Rulebook, day: date, row: Row) -> list[str]:
    """Node ids from the root down."""
    place = row["city"] or row["province"]
    values = {name: each.value for name, each in resolved(rulebook, day)[place].items()}
    at, walked = rulebook.tree.root.id, [rulebook.tree.root.id]
    while children := rulebook.tree.children.get(at) or _split(rulebook, row, at):
        at = next(node.id for node in children if _takes(rulebook, node, row, values))
        walked.append(at)
    return walked


def _split(rulebook: Rulebook, row: Row, at: str) -> tuple[Node, ...]:
    for org in (row["city"], row["province"]):
        if org and at in rulebook.branch(org).split_groups:
            return rulebook.branch(org).split_groups[at]
    return ()


def _takes(rulebook: Rulebook, node: Node, row: Row, values: dict[str, Any]) -> bool:
    if node.when is None:
        return True
    return evaluate(parse_condition(node.when, rulebook.tree.parameter_types), row, values) is True


def cause(before: str, masked: str, after: str) -> str:
    """Of S(x0,p0), S(x1,p0), S(x1,p1), word by word as published."""
    if before == after == masked:
        return "same"
    if masked != before and after == masked:
        return "behaviour"
    if masked == before and after != masked:
        return "rule"
    return "both"


def split(path_a: list[str], path_b: list[str]) -> str:
    return [a for a, b in zip(path_a, path_b, strict=False) if a == b][-1]
