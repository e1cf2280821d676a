"""A typed condition as a sqlglot tree, whose generator then writes the engine's SQL. Only compile.py uses
this.

Values become typed literals of that tree; no text is ever spliced. Arithmetic is widened first, so that no
engine can overflow a small integer type, and every divisor is guarded: division by zero is NULL.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlglot import exp

from mofang_pipeline.rulebook.terms import (
    NUMERIC,
    Call,
    Column,
    Expr,
    Literal,
    Parameter,
    is_exact,
    needs_parentheses,
)

_BINARY: dict[str, type[exp.Binary]] = {
    "=": exp.EQ,
    "<>": exp.NEQ,
    "<": exp.LT,
    "<=": exp.LTE,
    ">": exp.GT,
    ">=": exp.GTE,
    "+": exp.Add,
    "-": exp.Sub,
    "*": exp.Mul,
}


def syntax(term: Expr) -> exp.Expr:
    """The term with columns of `w` (customer_wide) and of `p` (the organisation's parameters)."""
    match term:
        case Column(name=name):
            return exp.column(name, table="w")
        case Parameter(name=name):
            return exp.column(name, table="p")
        case Literal(value=value):
            return _literal(value)
        case Call(operation="or" | "and" | "not" as operation):
            return _logic(operation, _operands(term))
        case Call(operation="coalesce"):
            return _coalesce(term)
        case Call(operation="+" | "-" | "*" | "/" | "neg"):
            return _computed(term)
        case Call():
            return _test(term.operation, _operands(term))


def _literal(value: int | Decimal | str | bool | date) -> exp.Expr:
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, str):
        return exp.Literal.string(value)
    number = exp.Literal.number(str(value))
    return number if isinstance(value, int) else exp.cast(number, "double")


def _operands(term: Call) -> list[exp.Expr]:
    return [
        exp.paren(syntax(argument)) if needs_parentheses(argument, term, place) else syntax(argument)
        for place, argument in enumerate(term.arguments)
    ]


def _logic(operation: str, operands: list[exp.Expr]) -> exp.Expr:
    if operation == "not":
        return exp.Not(this=operands[0])
    joined: type[exp.Binary] = exp.And if operation == "and" else exp.Or
    whole: exp.Expr = operands[0]
    for operand in operands[1:]:
        whole = joined(this=whole, expression=operand)
    return whole


def _test(operation: str, operands: list[exp.Expr]) -> exp.Expr:
    first, *others = operands
    if operation == "is_null":
        return exp.Is(this=first, expression=exp.null())
    if operation == "between":
        return exp.Between(this=first, low=others[0], high=others[1])
    if operation == "in":
        return exp.In(this=first, expressions=others)
    if operation == "days":
        return exp.DateDiff(this=first, expression=others[0], unit=exp.Var(this="DAY"))
    return _BINARY[operation](this=first, expression=others[0])


def _coalesce(term: Call) -> exp.Expr:
    mixed = term.type in NUMERIC and not is_exact(term)
    first, *others = _widened(term, "double") if mixed else _operands(term)
    return exp.Coalesce(this=first, expressions=others)


def _computed(term: Call) -> exp.Expr:
    """Whole numbers are computed as bigint, all others as double."""
    operands = _widened(term, "bigint" if is_exact(term) else "double")
    if term.operation == "neg":
        return exp.Neg(this=operands[0])
    if term.operation == "/":
        guarded = exp.Nullif(this=operands[1], expression=exp.Literal.number(0))
        return exp.Div(this=operands[0], expression=guarded)
    return _BINARY[term.operation](this=operands[0], expression=operands[1])


def _widened(term: Call, engine_type: str) -> list[exp.Expr]:
    return [exp.cast(syntax(argument), engine_type) for argument in term.arguments]


def chosen(branches: Sequence[tuple[exp.Expr, exp.Expr]], otherwise: exp.Expr) -> exp.Expr:
    """`case when ... then ... else otherwise end`; without branches just `otherwise`."""
    if not branches:
        return otherwise
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in branches], default=otherwise)


def aliased(tree: exp.Expr, names: Mapping[str, str]) -> exp.Expr:
    """The same tree over tables of other names, such as `p` under another set of parameters."""
    for column in tree.find_all(exp.Column):
        column.set("table", exp.to_identifier(names.get(column.table, column.table)))
    return tree
