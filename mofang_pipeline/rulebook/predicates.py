"""The atomic predicates of a condition, `column op threshold`, and where two leaves' paths part.

What a move is explained by: the conditions asked at the fork, and which of their predicates flipped. Pure.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mofang_pipeline.rulebook.compile import last_shared
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import Node, Rulebook
from mofang_pipeline.rulebook.outline import leaf_paths
from mofang_pipeline.rulebook.terms import Call, Column, Expr, Parameter
from mofang_pipeline.rulebook.wording import worded


@dataclass(frozen=True)
class Predicate:
    """One test; `measured` is what is compared, `thresholds` with what (none for `is null` and yes/no columns)."""

    test: Expr
    measured: Expr
    thresholds: tuple[Expr, ...]

    def worded(self, rulebook: Rulebook) -> str:
        """The test with its parameters by name: `days_since_last_paid < :active_days`."""
        return worded(self.test, {name: f":{name}" for name in rulebook.tree.parameters})


def predicates(condition: Expr) -> Iterator[Predicate]:
    """The condition's tests that read a column, in the order of writing, each once."""
    yield from dict.fromkeys(_tests(condition))


def _tests(term: Expr) -> Iterator[Predicate]:
    if isinstance(term, Call) and term.operation in ("and", "or", "not"):
        for argument in term.arguments:
            yield from _tests(argument)
    elif isinstance(term, Call) and term.type == "bool" and reads_column(term):
        first, *others = term.arguments
        if reads_column(first) or term.operation in ("between", "in", "is_null", "coalesce"):
            yield Predicate(term, first, tuple(others) if term.operation != "coalesce" else ())
        else:
            yield Predicate(term, others[0], (first,))
    elif isinstance(term, Column):
        yield Predicate(term, term, ())


def reads_column(term: Expr) -> bool:
    return bool(columns_in(term))


def columns_in(term: Expr) -> dict[str, None]:
    """The columns' names in the order of writing."""
    if isinstance(term, Call):
        return {name: None for argument in term.arguments for name in columns_in(argument)}
    return {term.name: None} if isinstance(term, Column) else {}


def parameters_in(term: Expr) -> set[str]:
    if isinstance(term, Call):
        return {name for argument in term.arguments for name in parameters_in(argument)}
    return {term.name} if isinstance(term, Parameter) else set()


@dataclass(frozen=True)
class Fork:
    """The node where the paths to two nodes part, and the conditions asked there, in order: child id, condition."""

    node_id: str
    conditions: tuple[tuple[str, Expr], ...]


def fork(rulebook: Rulebook, node_a: str, node_b: str, split: str | None = None) -> Fork | None:
    """Where the paths to a and b part, with the children's conditions up to the farther one.

    `split` names the node where that is known from two trees. None where one lies on the other's path.
    """
    path_a, path_b = path_to(rulebook, node_a), path_to(rulebook, node_b)
    at = split or (last_shared(path_a, path_b) if path_a and path_b else None)
    if at is None or at in (node_a, node_b):
        return None
    towards = {path[path.index(at) + 1] for path in (path_a, path_b) if at in path[:-1]}
    children = children_of(rulebook, at, towards)
    last = max((place for place, node in enumerate(children) if node.id in towards), default=-1)
    return Fork(
        at,
        tuple(
            (node.id, parse_condition(node.when, rulebook.tree.parameter_types))
            for node in children[: last + 1]
            if node.when is not None
        ),
    )


def children_of(rulebook: Rulebook, node_id: str, towards: set[str]) -> tuple[Node, ...]:
    """The main tree's children, or of a split leaf those of the split that one of `towards` belongs to."""
    if node_id in rulebook.tree.children:
        return rulebook.tree.children[node_id]
    groups = [branch.split_groups.get(node_id, ()) for branch in rulebook.branches.values()]
    return next((group for group in groups if any(node.id in towards for node in group)), ())


def path_to(rulebook: Rulebook, node_id: str) -> tuple[str, ...]:
    """Node ids from the root to the node; empty for a node that the rules do not have."""
    for path in leaf_paths(rulebook).values():
        if node_id in path:
            return path[: path.index(node_id) + 1]
    return ()


def leaves_below(rulebook: Rulebook, node_id: str) -> list[str]:
    """The leaves, main and local, whose path leads through the node."""
    return [leaf for leaf, path in leaf_paths(rulebook).items() if node_id in path]
