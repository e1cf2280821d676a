"""The value of a condition for one set of values, with SQL's three-valued logic (None is NULL).

For constraints and for showing why one customer lands where: the data itself is evaluated by the engine.
"""

from collections.abc import Callable, Mapping
from datetime import date
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal, Parameter

Value = int | float | str | bool | date | None


def evaluate(term: Expr, columns: Mapping[str, Value], parameters: Mapping[str, int | float]) -> Value:
    """One condition's value. `columns` and `parameters` are in the engine's units (fen); unknown names raise
    KeyError.
    """
    match term:
        case Column(name=name):
            return columns[name]
        case Parameter(name=name):
            return parameters[name]
        case Literal(value=value):
            return value if isinstance(value, (int, str, date)) else float(value)
        case Call(operation=operation, arguments=arguments):
            result: Value = _OPERATIONS[operation](
                [evaluate(each, columns, parameters) for each in arguments]
            )
            return result


def _or(values: list[Any]) -> Value:
    return True if True in values else (None if None in values else False)


def _and(values: list[Any]) -> Value:
    return False if False in values else (None if None in values else True)


def _in(values: list[Any]) -> Value:
    return _or([_strict(eq)([values[0], candidate]) for candidate in values[1:]])


def _between(values: list[Any]) -> Value:
    return _and([_strict(ge)([values[0], values[1]]), _strict(le)([values[0], values[2]])])


def _strict(function: Callable[..., Any]) -> Callable[[list[Any]], Any]:
    """NULL in, NULL out."""
    return lambda values: None if None in values else function(*values)


_OPERATIONS: dict[str, Callable[[list[Any]], Any]] = {
    "or": _or,
    "and": _and,
    "in": _in,
    "between": _between,
    "not": _strict(lambda value: not value),
    "is_null": lambda values: values[0] is None,
    "coalesce": lambda values: next((value for value in values if value is not None), None),
    "=": _strict(eq),
    "<>": _strict(ne),
    "<": _strict(lt),
    "<=": _strict(le),
    ">": _strict(gt),
    ">=": _strict(ge),
    "+": _strict(lambda left, right: left + right),
    "-": _strict(lambda left, right: left - right),
    "*": _strict(lambda left, right: float(left) * float(right)),
    "/": _strict(lambda left, right: None if right == 0 else left / right),
    "neg": _strict(lambda value: -value),
    "days": _strict(lambda later, earlier: (later - earlier).days),
}
