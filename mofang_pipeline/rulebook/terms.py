"""The typed tree of a condition: four kinds of term, and what can be said of any of them.

Types: int, number, money (fen), date, text, bool. A Call's operation is one of: or and not = <> < <= > >=
between in is_null + - * / neg coalesce days. No parsing and no SQL here.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

NUMERIC = frozenset({"int", "number", "money"})
_RANK = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "neg": 7, "coalesce": 8, "days": 8}
_TEST_RANK, _FUNCTION_RANK, _ATOM_RANK = 4, 8, 9
_MIRRORED = {">": "<", ">=": "<="}


@dataclass(frozen=True)
class Column:
    name: str
    type: str


@dataclass(frozen=True)
class Parameter:
    name: str
    type: str


@dataclass(frozen=True)
class Literal:
    value: int | Decimal | str | bool | date
    type: str


@dataclass(frozen=True)
class Call:
    operation: str
    arguments: "tuple[Expr, ...]"
    type: str


Expr = Column | Parameter | Literal | Call


def is_constant(term: Expr) -> bool:
    """Made of literals alone: a number that takes the unit of what it is compared with."""
    if isinstance(term, Call):
        return all(is_constant(argument) for argument in term.arguments)
    return isinstance(term, Literal)


def names(term: Expr, kind: type[Column] | type[Parameter]) -> set[str]:
    """The names of all columns, or of all parameters, in the term."""
    if isinstance(term, Call):
        return {name for argument in term.arguments for name in names(argument, kind)}
    return {term.name} if isinstance(term, (Column, Parameter)) and isinstance(term, kind) else set()


def is_exact(term: Expr) -> bool:
    """An integer in the engine (counts, days, fen); products and quotients are doubles."""
    if isinstance(term, Call):
        return term.operation not in ("*", "/") and all(is_exact(argument) for argument in term.arguments)
    return term.type != "number"


def normal(term: Expr) -> Expr:
    """The same condition in one spelling: `b > a` is `a < b`, and the order of and/or/= does not matter."""
    if not isinstance(term, Call):
        return term
    arguments = tuple(normal(argument) for argument in term.arguments)
    operation = term.operation
    if operation in _MIRRORED:
        operation, arguments = _MIRRORED[operation], arguments[::-1]
    if operation in ("and", "or", "=", "<>"):
        arguments = tuple(sorted(arguments, key=repr))
    return replace(term, operation=operation, arguments=arguments)


def needs_parentheses(argument: Expr, term: Call, place: int) -> bool:
    """Whether the argument at that place (0 is the first) must be bracketed when the term is written out."""
    outer, inner = _rank(term), _rank(argument)
    return outer != _FUNCTION_RANK and (
        inner < outer or (inner == outer and (place > 0 or outer == _TEST_RANK))
    )


def _rank(term: Expr) -> int:
    return _RANK.get(term.operation, _TEST_RANK) if isinstance(term, Call) else _ATOM_RANK
