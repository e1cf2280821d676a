"""Who is near an edge of the tree: what may change in a customer, by how much, and in which leaf that would end.

A change moves one column by its margin, or lets some days pass in which nothing happens. Only numbers that a rule
compares with a threshold are moved; whether there is a card or an agreement at all (`= 0`, `> 0`) is no threshold. A
customer is near an edge if a change crosses a threshold and the tree then gives another leaf. Here: the changes, as
SQL for sql/segment_edge.sql. Not here: running it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from sqlglot import exp

from mofang_pipeline.rulebook.columns import AGEING, COLUMNS
from mofang_pipeline.rulebook.compile import by_leaf
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import Node, Rulebook
from mofang_pipeline.rulebook.sql import syntax
from mofang_pipeline.rulebook.terms import NUMERIC, Call, Column, Expr, Literal, names

TIME, LATER, UP, DOWN = "time", "later", "up", "down"
_ORDERED = frozenset({"<", "<=", ">", ">=", "between"})
_PASSING = AGEING | {"day"}


@dataclass(frozen=True)
class Margin:
    """How far is near: days, and a share of counts (one at least) and of money."""

    days: int
    percent: int


@dataclass(frozen=True)
class Change:
    """`column` moves `up` or `down`, or `time` passes. `moved`: column of `w` -> SQL of its value then."""

    column: str
    direction: str
    moved: dict[str, str]


_crossings: dict[str, "Crossings"] = {}
CROSSINGS_KEPT = 64


def changes(rulebook: Rulebook, margin: Margin) -> list[Change]:
    """All that the rulebook's thresholds make worth trying, in the order of the columns; time first."""
    asked = {name for test in thresholds(rulebook) for name in names(test, Column)}
    passing = {name: _later(name, margin) for name in COLUMNS if name in asked & _PASSING}
    found = [Change(TIME, LATER, passing)] if passing else []
    for name, kind in COLUMNS.items():
        if name in asked - _PASSING and kind in NUMERIC:
            up, down = _moved(name, kind, margin)
            found += [Change(name, UP, {name: up}), Change(name, DOWN, {name: down})]
    return found


def _later(name: str, margin: Margin) -> str:
    return (
        f"cast(w.{name} + interval {margin.days} day as date)"
        if name == "day"
        else f"w.{name} + {margin.days}"
    )


def _moved(name: str, kind: str, margin: Margin) -> tuple[str, str]:
    """The column's value a margin above and below; neither counts nor days fall below 0."""
    part = f"abs(w.{name}) * {margin.percent} // 100"
    if kind == "money":
        return f"w.{name} + ({part})", f"w.{name} - ({part})"
    step = str(margin.days) if name.endswith("_days") else "1" if name == "age" else f"greatest({part}, 1)"
    # Not greatest(..., 0): that would make 0 of an unknown number.
    return f"w.{name} + {step}", f"case when w.{name} < {step} then 0 else w.{name} - {step} end"


def thresholds(rulebook: Rulebook) -> list[Call]:
    """Every comparison of a number with a threshold, of the main tree and of all splits, each once."""
    nodes = [*rulebook.tree.nodes, *(node for branch in rulebook.branches.values() for node in branch.splits)]
    return _asked(rulebook, nodes)


def _asked(rulebook: Rulebook, nodes: Iterable[Node]) -> list[Call]:
    types = rulebook.tree.parameter_types
    conditions = [parse_condition(node.when, types) for node in nodes if node.when is not None]
    return list(dict.fromkeys(test for condition in conditions for test in _thresholds(condition)))


def _thresholds(term: Expr) -> Iterator[Call]:
    if not isinstance(term, Call):
        return
    if term.operation in _ORDERED and term.arguments[0].type in NUMERIC:
        if names(term, Column) and not any(_is_zero(each) for each in term.arguments):
            yield term
        return
    for argument in term.arguments:
        yield from _thresholds(argument)


def _is_zero(term: Expr) -> bool:
    return isinstance(term, Literal) and term.value == 0


@dataclass(frozen=True)
class Crossings:
    """Over `w` and `p`: whether any change crosses a threshold on the customer's way, and an integer whose bit n is
    set where change n does.
    """

    any: str
    mask: str


def crossings(rulebook: Rulebook, tried: list[Change]) -> Crossings:
    """As SQL: two cases with the tree's own shape, so that only the thresholds on a customer's way are looked at.

    Made once for equal content: a run asks for it on each of its days.
    """
    key = repr((rulebook.tree, rulebook.branches, tried))
    if key not in _crossings:
        if len(_crossings) >= CROSSINGS_KEPT:
            _crossings.clear()
        _crossings[key] = _made(rulebook, tried)
    return _crossings[key]


def _made(rulebook: Rulebook, tried: list[Change]) -> Crossings:
    @cache
    def crossed(test: Call, place: int) -> exp.Expr:
        now = syntax(test)
        return exp.NullSafeNEQ(this=exp.paren(now), expression=exp.paren(_after(now, tried[place])))

    @cache
    def by_change(asked: tuple[Node, ...]) -> dict[int, exp.Expr]:
        tests = _asked(rulebook, asked)
        found = {
            place: [crossed(test, place) for test in tests if names(test, Column) & change.moved.keys()]
            for place, change in enumerate(tried)
        }
        return {place: exp.or_(*each) for place, each in found.items() if each}

    def any_of(_: str, asked: tuple[Node, ...]) -> exp.Expr:
        return exp.or_(*by_change(asked).values()) if by_change(asked) else exp.false()

    def bits(_: str, asked: tuple[Node, ...]) -> exp.Expr:
        whole: exp.Expr = exp.Literal.number(0)
        for place, test in by_change(asked).items():
            bit = exp.case().when(test, exp.Literal.number(1 << place)).else_(exp.Literal.number(0))
            whole = exp.Add(this=whole, expression=bit)
        return whole

    return Crossings(_sql(by_leaf(rulebook, any_of)), _sql(by_leaf(rulebook, bits)))


def _after(test: exp.Expr, change: Change) -> exp.Expr:
    """The test with each moved column's value after the change."""

    def moved(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table == "w" and node.name in change.moved:
            return exp.paren(exp.maybe_parse(change.moved[node.name], dialect="duckdb"))
        return node

    return test.copy().transform(moved)


def _sql(node: exp.Expr) -> str:
    return node.sql(dialect="duckdb")


def columns_after(rulebook: Rulebook, tried: list[Change]) -> dict[str, str]:
    """Each column that the tree asks for -> SQL of its value after change `change.number`, over `w`."""
    nodes = [*rulebook.tree.nodes, *(node for branch in rulebook.branches.values() for node in branch.splits)]
    types = rulebook.tree.parameter_types
    asked = {name for node in nodes if node.when for name in names(parse_condition(node.when, types), Column)}
    after = {}
    for name in COLUMNS:
        if name in asked:
            moves = [
                f"when {place} then {change.moved[name]}"
                for place, change in enumerate(tried)
                if name in change.moved
            ]
            after[name] = f"case change.number {' '.join(moves)} else w.{name} end" if moves else f"w.{name}"
    return after
