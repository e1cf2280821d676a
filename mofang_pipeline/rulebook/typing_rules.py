"""Which terms may meet: builds typed calls or refuses them with the reason.

Money meets money or a plain number written in the rule (taken as fen), never a count or a number of days: a
rule that mixes them is a mistake. `*` and `/` scale money; money / money is a plain number.
"""

from dataclasses import replace
from datetime import date

from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.terms import NUMERIC, Call, Expr, Literal, is_constant

Terms = tuple[Expr, ...]
_ORDERED = frozenset({"<", "<=", ">", ">=", "between"})


def logic(operation: str, terms: Terms) -> Call:
    for term in terms:
        if term.type != "bool":
            raise ExpressionError(
                f"{operation!r} needs conditions, not a value of type {term.type}",
                f"{operation!r} 两边必须是条件，不能是 {term.type}",
            )
    return Call(operation, terms, "bool")


def comparison(operation: str, terms: Terms) -> Call:
    if len(terms) < 2:
        raise ExpressionError("`in` needs at least one value", "in 至少需要一个值")
    kind, aligned = _same_kind(terms)
    if operation in _ORDERED and kind in ("text", "bool"):
        raise ExpressionError(
            f"values of type {kind} have no order; use = or in", f"{kind} 类型不能比较大小，请用 = 或 in"
        )
    return Call(operation, aligned, "bool")


def coalesce(terms: Terms) -> Call:
    if len(terms) < 2:
        raise ExpressionError("coalesce needs at least two values", "coalesce 至少需要两个值")
    kind, aligned = _same_kind(terms)
    return Call("coalesce", aligned, kind)


def days(terms: Terms) -> Call:
    dates = tuple(_as_date(term) for term in terms)
    if len(dates) != 2 or any(term.type != "date" for term in dates):
        raise ExpressionError("days takes two dates: days(later, earlier)", "days 需要两个日期：days(后, 前)")
    return Call("days", dates, "int")


def arithmetic(operation: str, terms: Terms) -> Call:
    """`+ - * / neg` over numbers; the result's type is money, number or int."""
    for term in terms:
        if term.type not in NUMERIC:
            raise ExpressionError(
                f"{operation!r} needs numbers, not {term.type}; for dates use days(later, earlier)",
                f"{operation!r} 只能用于数字，不能用于 {term.type}；日期请用 days(后, 前)",
            )
    if operation in ("*", "/"):
        return Call(operation, terms, _scaled_type(operation, [term.type == "money" for term in terms]))
    return Call(operation, terms, _same_kind(terms)[0])


def _scaled_type(operation: str, is_money: list[bool]) -> str:
    if operation == "*" and all(is_money):
        raise ExpressionError(
            "money times money means nothing; remove one", "金额乘以金额没有意义，请去掉其一"
        )
    if operation == "/" and is_money == [False, True]:
        raise ExpressionError(
            "a number divided by money means nothing; swap them", "数字除以金额没有意义，请对调"
        )
    return "money" if any(is_money) and not all(is_money) else "number"


def _same_kind(terms: Terms) -> tuple[str, Terms]:
    """The type that all the terms share, and the terms, with dates written as text turned into dates."""
    if any(term.type == "date" for term in terms):
        terms = tuple(_as_date(term) for term in terms)
    fixed = {term.type for term in terms if not (term.type in NUMERIC and is_constant(term))}
    kinds = fixed or {term.type for term in terms}
    if all(term.type in NUMERIC for term in terms) and ("money" not in fixed or fixed == {"money"}):
        return next(kind for kind in ("money", "number", "int") if kind in kinds), terms
    if len(kinds) == 1 and len({term.type for term in terms}) == 1:
        return kinds.pop(), terms
    found = " and ".join(sorted({term.type for term in terms}))
    raise ExpressionError(
        f"{found} cannot be compared or combined; check the column or the parameter's type",
        f"{found} 类型不能比较或合并，请检查字段或参数类型",
    )


def _as_date(term: Expr) -> Expr:
    if not (isinstance(term, Literal) and isinstance(term.value, str)):
        return term
    try:
        if len(term.value) != 10:
            raise ValueError(term.value)
        return replace(term, value=date.fromisoformat(term.value), type="date")
    except ValueError:
        raise ExpressionError(
            f"{term.value!r} is not a date; write 'YYYY-MM-DD'",
            f"{term.value!r} 不是日期，请写成 'YYYY-MM-DD'",
        ) from None
