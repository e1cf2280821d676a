"""Organisations that need one proof between them: the same values and the same local splits.

Here: which they are, and the way to every node of their tree, as conditions with values. Nothing is solved here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import LEVELS, Node, Rulebook, Tree
from mofang_pipeline.rulebook.resolve import change_days, resolved
from mofang_pipeline.rulebook.terms import Column, Expr, Parameter, names

Number = int | float


@dataclass(frozen=True)
class Step:
    """One answer on the way to a node: the condition of `node` is true, or (`holds` False) is not."""

    node: str
    condition: Expr
    values: tuple[tuple[str, Number], ...]
    holds: bool


@dataclass(frozen=True)
class Way:
    """All answers from the root to a node. `owner` is the organisation whose split it comes from, if any."""

    node: Node
    steps: tuple[Step, ...]
    is_leaf: bool
    owner: str | None = None

    @property
    def question(self) -> tuple[tuple[Expr, tuple[tuple[str, Number], ...], bool], ...]:
        """What is to be solved, whoever asks."""
        return tuple((step.condition, step.values, step.holds) for step in self.steps)


@dataclass(frozen=True)
class Situation:
    """`organisations` share `values` and `splits` (main leaf -> the owner's local leaves) from day `since` on."""

    organisations: tuple[str, ...]
    since: date
    values: Mapping[str, Number]
    splits: Mapping[str, tuple[str, tuple[Node, ...]]] = field(default_factory=dict)

    @property
    def first(self) -> str:
        """The one to name: of the highest level, in the order of organisations.csv."""
        return self.organisations[0]


def situations(rulebook: Rulebook) -> list[Situation]:
    """Of every period. One that comes again later is not repeated. Raises RulebookError as `resolved` does."""
    found: dict[tuple[object, ...], Situation] = {}
    for day in (date.min, *change_days(rulebook)):
        for situation in situations_on(rulebook, day):
            owners = tuple((leaf, owner) for leaf, (owner, _) in situation.splits.items())
            found.setdefault((*situation.values.items(), owners), situation)
    return list(found.values())


def situations_on(rulebook: Rulebook, day: date) -> list[Situation]:
    """Every organisation is in exactly one of them."""
    groups: dict[tuple[object, ...], list[str]] = {}
    values = resolved(rulebook, day)
    by_level = sorted(
        rulebook.organisations, key=lambda code: LEVELS.index(rulebook.organisations[code].level)
    )
    for code in by_level:
        numbers = tuple(each.value for each in values[code].values())
        owners = tuple((leaf, owner) for leaf, (owner, _) in splits_in_force(rulebook, code).items())
        groups.setdefault((numbers, owners), []).append(code)
    return [
        Situation(
            tuple(codes),
            day,
            {name: each.value for name, each in values[codes[0]].items()},
            splits_in_force(rulebook, codes[0]),
        )
        for codes in groups.values()
    ]


def splits_in_force(rulebook: Rulebook, org_code: str) -> dict[str, tuple[str, tuple[Node, ...]]]:
    """Main leaf -> (owner, local leaves) for customers of this very organisation; a tier2's own split wins."""
    found: dict[str, tuple[str, tuple[Node, ...]]] = {}
    for code in reversed(rulebook.lineage(org_code)):
        if rulebook.organisations[code].level != "hq":
            found |= {leaf: (code, nodes) for leaf, nodes in rulebook.branch(code).split_groups.items()}
    return {leaf: found[leaf] for leaf in rulebook.tree.leaves if leaf in found}


def ways(tree: Tree, situation: Situation) -> Iterator[Way]:
    """To every node, parents before children, in the order of trying. Raises ExpressionError."""
    yield from _below(tree, situation, tree.root, ())


def _below(tree: Tree, situation: Situation, node: Node, steps: tuple[Step, ...]) -> Iterator[Way]:
    children = tree.children.get(node.id)
    owner, local = situation.splits.get(node.id, (None, ()))
    yield Way(node, steps, children is None and not local)
    for child, taken in _tried(tree, situation, children or local, steps):
        if children is None:
            yield Way(child, taken, True, owner)
        else:
            yield from _below(tree, situation, child, taken)


def _tried(
    tree: Tree, situation: Situation, siblings: tuple[Node, ...], steps: tuple[Step, ...]
) -> Iterator[tuple[Node, tuple[Step, ...]]]:
    for node in siblings:
        if node.when is None:
            yield node, steps
            continue
        condition = parse_condition(node.when, tree.parameter_types)
        values = tuple((name, situation.values[name]) for name in sorted(names(condition, Parameter)))
        yield node, (*steps, Step(node.id, condition, values, True))
        steps = (*steps, Step(node.id, condition, values, False))


def columns_asked(tree: Tree, situation: Situation) -> set[str]:
    """The columns that the situation's conditions name."""
    nodes = [*tree.nodes, *(node for _, local in situation.splits.values() for node in local)]
    conditions = [parse_condition(node.when, tree.parameter_types) for node in nodes if node.when is not None]
    return {name for condition in conditions for name in names(condition, Column)}
