"""A condition as a formula of the solver, with SQL's three-valued logic.

A truth is a pair of formulas (is it true, is it false; neither is NULL), a number a fraction with a formula that
says when it is NULL, a date its ordinal, a text a code. Arithmetic is exact here and double in the engine where
`*` and `/` are used; prove.py evaluates every example, so a difference is found. Nothing is solved here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import add, eq, ge, gt, le, lt, ne, sub
from typing import Any

import z3

from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal, Parameter

Formula = Any  # z3's expressions have no types of their own
NEVER, ALWAYS = z3.BoolVal(False), z3.BoolVal(True)
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {"=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Truth:
    yes: Formula
    no: Formula

    @property
    def null(self) -> Formula:
        return z3.And(z3.Not(self.yes), z3.Not(self.no))


@dataclass(frozen=True)
class Quantity:
    """`over / under`, unless `null`; `under` is never 0 where it is not."""

    over: Formula
    null: Formula
    under: Formula = 1


Term = Truth | Quantity


@dataclass
class Texts:
    """Texts as numbers: one code a text. A code that stands for no text of any rule is some other text."""

    codes: dict[str, int] = field(default_factory=dict)

    def code(self, text: str) -> int:
        return self.codes.setdefault(text, len(self.codes))

    def text(self, code: int) -> str:
        return next((text for text, known in self.codes.items() if known == code), f"other {code}")


def symbolic(
    term: Expr, columns: Mapping[str, Term], parameters: Mapping[str, int | float], texts: Texts
) -> Term:
    """The term over these columns, with the parameters' values (in the engine's units) filled in."""
    match term:
        case Column(name=name):
            return columns[name]
        case Parameter(name=name):
            return Quantity(_number(parameters[name]), NEVER)
        case Literal(value=bool() as value):
            return Truth(z3.BoolVal(value), z3.BoolVal(not value))
        case Literal(value=str() as value):
            return Quantity(z3.IntVal(texts.code(value)), NEVER)
        case Literal(value=date() as value):
            return Quantity(z3.IntVal(value.toordinal()), NEVER)
        case Literal(value=value):
            return Quantity(_number(value), NEVER)
        case Call(operation=operation, arguments=arguments):
            return _call(operation, [symbolic(each, columns, parameters, texts) for each in arguments])


def _number(value: Any) -> Formula:
    return z3.IntVal(value) if isinstance(value, int) else z3.RealVal(str(value))


def _call(operation: str, terms: list[Any]) -> Term:
    if operation in ("and", "or", "not"):
        return _logic(operation, terms)
    if operation in _COMPARED:
        return _compared(operation, terms[0], terms[1])
    if operation == "between":
        return _logic("and", [_compared(">=", terms[0], terms[1]), _compared("<=", terms[0], terms[2])])
    if operation == "in":
        return _logic("or", [_compared("=", terms[0], each) for each in terms[1:]])
    if operation == "is_null":
        return Truth(terms[0].null, z3.Not(terms[0].null))
    if operation == "coalesce":
        return _coalesced(terms)
    return _computed(operation, terms)


def _logic(operation: str, terms: list[Truth]) -> Truth:
    if operation == "not":
        return Truth(terms[0].no, terms[0].yes)
    yes, no = [term.yes for term in terms], [term.no for term in terms]
    return Truth(z3.And(yes), z3.Or(no)) if operation == "and" else Truth(z3.Or(yes), z3.And(no))


def _compared(operation: str, left: Any, right: Any) -> Truth:
    if isinstance(left, Truth):
        alike = z3.Or(z3.And(left.yes, right.yes), z3.And(left.no, right.no))
        unlike = z3.Or(z3.And(left.yes, right.no), z3.And(left.no, right.yes))
        return Truth(alike, unlike) if operation == "=" else Truth(unlike, alike)
    given = z3.And(z3.Not(left.null), z3.Not(right.null))
    holds = _ratio_compared(operation, left, right)
    return Truth(z3.And(given, holds), z3.And(given, z3.Not(holds)))


def _ratio_compared(operation: str, left: Quantity, right: Quantity) -> Formula:
    """Without division: both sides times both denominators, turned round where that product is below 0."""
    scaled = left.over * right.under, right.over * left.under
    signs = [under > 0 for under in (left.under, right.under) if not isinstance(under, int)]
    straight = _COMPARED[operation](*scaled)
    if not signs:
        return straight
    positive = signs[0] if len(signs) == 1 else signs[0] == signs[1]
    return z3.If(positive, straight, _COMPARED[_MIRRORED[operation]](*scaled))


def _coalesced(terms: list[Any]) -> Term:
    whole = terms[-1]
    for term in reversed(terms[:-1]):
        if isinstance(term, Truth):
            whole = Truth(
                z3.Or(term.yes, z3.And(term.null, whole.yes)), z3.Or(term.no, z3.And(term.null, whole.no))
            )
        else:
            whole = Quantity(
                z3.If(term.null, whole.over, term.over),
                z3.And(term.null, whole.null),
                _chosen(term.null, whole.under, term.under),
            )
    return whole  # type: ignore[no-any-return]


def _chosen(condition: Formula, one: Formula, other: Formula) -> Formula:
    if isinstance(one, int) and one == other:
        return one
    return z3.If(condition, *(z3.IntVal(each) if isinstance(each, int) else each for each in (one, other)))


def _computed(operation: str, terms: list[Quantity]) -> Quantity:
    if operation == "neg":
        return Quantity(-terms[0].over, terms[0].null, terms[0].under)
    left, right = terms
    null = z3.Or(left.null, right.null)
    if operation == "*":
        return Quantity(left.over * right.over, null, left.under * right.under)
    if operation == "/":
        null = z3.Or(null, right.over == 0)
        return Quantity(left.over * right.under, null, left.under * right.over)
    signed = sub if operation in ("-", "days") else add
    over = signed(left.over * right.under, right.over * left.under)
    return Quantity(over, null, left.under * right.under)
