"""Why one customer is in a segment, and why it moved: the path of conditions with the customer's own values.

Pure over one customer's rows of the wide table; `customer_row` fetches one. What a whole link is explained by is
reasons.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.replay import Rules
from mofang_pipeline.rulebook import Rulebook, resolved
from mofang_pipeline.rulebook.compile import last_shared
from mofang_pipeline.rulebook.evaluate import Value, evaluate
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.inline import literal
from mofang_pipeline.rulebook.model import Node
from mofang_pipeline.rulebook.predicates import columns_in, fork, predicates
from mofang_pipeline.rulebook.terms import Expr
from mofang_pipeline.rulebook.wording import worded

Row = Mapping[str, Any]
CUSTOMER = """
    select w.*
    from mart.customer_wide as w
    where w.day = {day} and w.customer_key = {key}
"""
KEY_OF_TOKEN = "select customer_key from landed.customer_identity where token = {token}"


@dataclass(frozen=True)
class Step:
    """A node that was tried on the way down: its condition with the organisation's values, the columns' values, and
    whether the condition is true, false or NULL (None); `otherwise` is always taken.
    """

    node: Node
    condition: str
    values: dict[str, Value]
    result: bool | None
    taken: bool


@dataclass(frozen=True)
class Flip:
    """A predicate at the fork that is not what it was."""

    node_id: str
    predicate: str
    before: Value
    after: Value
    value_before: Value
    value_after: Value
    threshold_before: str
    threshold_after: str


@dataclass(frozen=True)
class Move:
    """From which segment to which, why, where the paths part, and what flipped there."""

    from_segment: str
    to_segment: str
    cause: str
    split_node: str | None
    flips: tuple[Flip, ...]


@dataclass(frozen=True)
class Standing:
    """A customer's row on a day, and rules for it: the rulebook of its province, resolved for some day."""

    row: Row
    rulebook: Rulebook
    day: date

    @property
    def place(self) -> str:
        return str(self.row["city"] or self.row["province"])

    @property
    def numbers(self) -> dict[str, int | float]:
        return {name: each.value for name, each in resolved(self.rulebook, self.day)[self.place].items()}

    def parsed(self, node: Node) -> Expr | None:
        return None if node.when is None else parse_condition(node.when, self.rulebook.tree.parameter_types)


def customer_row(connection: duckdb.DuckDBPyConnection, customer: str, day: date) -> Row | None:
    """The wide table's row of a customer, given by key or token; None where there is none on that day."""
    key = int(customer) if customer.isascii() and customer.isdigit() and len(customer) < 19 else None
    if key is None:
        found = connection.execute(KEY_OF_TOKEN.format(token=literal(customer))).fetchone()
        key = int(found[0]) if found else None
    if key is None:
        return None
    result = connection.execute(CUSTOMER.format(day=literal(day), key=literal(key)))
    names = [column[0] for column in result.description]
    row = result.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def standing(row: Row, rules: Rules, day: date) -> Standing:
    """The row under the rules of `day` in its province."""
    return Standing(row, rules[row["province"]], day)


def steps(at: Standing) -> list[Step]:
    """Every node tried, level by level, from the root to the leaf."""
    return list(_steps(at, at.rulebook.tree.root))


def _steps(at: Standing, node: Node) -> Iterator[Step]:
    yield Step(node, "", {}, True, True)
    numbers = at.numbers
    while children := _children(at, node):
        for child in children:
            step = _tried(at, child, numbers)
            yield step
            if step.taken:
                node = child
                break


def _children(at: Standing, node: Node) -> tuple[Node, ...]:
    own = at.rulebook.tree.children.get(node.id)
    if own:
        return own
    places = (at.row["city"], at.row["province"])
    splits = (at.rulebook.branch(place).split_groups.get(node.id) for place in places if place)
    return next((group for group in splits if group), ())


def _tried(at: Standing, node: Node, numbers: Mapping[str, int | float]) -> Step:
    condition = at.parsed(node)
    if condition is None:
        return Step(node, "otherwise", {}, True, True)
    result = evaluate(condition, at.row, numbers)
    values = {name: at.row[name] for name in columns_in(condition)}
    return Step(
        node, worded(condition, numbers), values, None if result is None else bool(result), result is True
    )


def path(at: Standing) -> tuple[str, ...]:
    """Node ids from the root to the leaf."""
    return tuple(step.node.id for step in steps(at) if step.taken)


def move(before: Standing, masked: Standing, after: Standing) -> Move:
    """Why the customer moved: `masked` is the later row under the earlier day's rules."""
    path0, path1 = path(before), path(after)
    split = last_shared(path0, path1)
    moved_place = any(before.row[name] != after.row[name] for name in ("province", "city"))
    cause = "population" if moved_place else _cause(path0[-1], path(masked)[-1], path1[-1])
    flips = tuple(_flips(before, after, path0, path1, split)) if split not in (path0[-1], path1[-1]) else ()
    return Move(path0[-1], path1[-1], cause, split, flips)


def _cause(before: str, masked: str, after: str) -> str:
    if before == masked == after:
        return "same"
    if masked == after:
        return "behaviour"
    return "rule" if masked == before else "both"


def _flips(
    before: Standing, after: Standing, path0: tuple[str, ...], path1: tuple[str, ...], split: str
) -> Iterator[Flip]:
    forks = [fork(each.rulebook, path0[-1], path1[-1], split) for each in (before, after)]
    asked = [dict(each.conditions) if each else {} for each in forks]
    for child in dict.fromkeys([*asked[0], *asked[1]]):
        conditions = (asked[0].get(child), asked[1].get(child))
        truths = [_truth(at, term) is True for at, term in zip((before, after), conditions, strict=True)]
        if truths[0] != truths[1]:
            yield from _flipped(before, after, child, conditions)


def _flipped(
    before: Standing, after: Standing, child: str, conditions: tuple[Expr | None, Expr | None]
) -> Iterator[Flip]:
    tests = [list(predicates(condition)) if condition else [] for condition in conditions]
    for each in dict.fromkeys(tests[0] + tests[1]):
        sides = [at if each in asked else None for at, asked in zip((before, after), tests, strict=True)]
        truths = [_truth(at, each.test) for at in sides]
        if truths[0] != truths[1]:
            yield Flip(
                child,
                each.worded(next(at.rulebook for at in sides if at is not None)),
                before=truths[0],
                after=truths[1],
                value_before=evaluate(each.measured, before.row, before.numbers),
                value_after=evaluate(each.measured, after.row, after.numbers),
                threshold_before=_threshold(sides[0], each.thresholds),
                threshold_after=_threshold(sides[1], each.thresholds),
            )


def _truth(at: Standing | None, term: Expr | None) -> Value:
    return None if at is None or term is None else evaluate(term, at.row, at.numbers)


def _threshold(at: Standing | None, terms: tuple[Expr, ...]) -> str:
    if at is None:
        return ""
    return " and ".join(str(evaluate(term, at.row, at.numbers)) for term in terms)
