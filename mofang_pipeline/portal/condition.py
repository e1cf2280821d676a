"""A node's condition in business words, in both languages: 距最近支付天数 < 30; money in yuan.

Reads the condition as mart.segment_node publishes it, with the organisation's values filled in. Shown, never run.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from mofang_pipeline.portal.column_words import COLUMN_WORDS
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import Parameter as Named
from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal, Parameter, needs_parentheses

ZH, EN = 0, 1
FIXED = {"": ("全部客户", "every customer"), "otherwise": ("同级其余客户", "whoever no sibling above takes")}
SIGNS = {
    "and": (" 且 ", " and "),
    "or": (" 或 ", " or "),
    "=": (" = ", " = "),
    "<>": (" ≠ ", " ≠ "),
    "<=": (" ≤ ", " ≤ "),
    ">=": (" ≥ ", " ≥ "),
}
FORMS = {
    "not": ("非{}", "not {}"),
    "neg": ("-{}", "-{}"),
    "is_null": ("{}为空", "{} is unknown"),
    "between": ("{} 介于 {} 至 {}", "{} between {} and {}"),
    "in": ("{} 属于（{}）", "{} in ({})"),
}
VALUES = {"active": ("正常", "active"), "frozen": ("冻结", "frozen"), "F": ("女", "F"), "M": ("男", "M")}


def condition_words(text: str, parameters: Mapping[str, Named] | None = None) -> dict[str, str]:
    """{condition_zh, condition_en}; parameters, if any are left in it, by their names; what cannot be read as it is."""
    zh, en = FIXED.get(text) or _worded(text, parameters or {})
    return {"condition_zh": zh, "condition_en": en}


def column_words(name: str) -> dict[str, str]:
    zh, en = COLUMN_WORDS.get(name, (name, name))
    return {"zh": zh, "en": en}


def _worded(text: str, parameters: Mapping[str, Named]) -> tuple[str, str]:
    try:
        term = parse_condition(text, {name: each.type for name, each in parameters.items()})
    except ExpressionError:
        return text, text
    named = _named(term, parameters)
    return _words(named, ZH, False), _words(named, EN, False)


def _named(term: Expr, parameters: Mapping[str, Named]) -> Expr:
    """With the name in both languages in place of each parameter."""
    if isinstance(term, Call):
        return replace(term, arguments=tuple(_named(argument, parameters) for argument in term.arguments))
    if isinstance(term, Parameter):
        return Parameter(f"{parameters[term.name].zh}\n{parameters[term.name].en}", term.type)
    return term


def _words(term: Expr, language: int, money: bool) -> str:
    match term:
        case Column(name=name):
            return COLUMN_WORDS.get(name, (name, name))[language]
        case Parameter(name=name):
            return name.split("\n")[language]
        case Literal():
            return _literal(term, language, money)
        case Call():
            return _call(term, language)


def _literal(term: Literal, language: int, money: bool) -> str:
    if isinstance(term.value, bool):
        return (("是", "否") if language == ZH else ("true", "false"))[not term.value]
    if isinstance(term.value, str):
        return VALUES.get(term.value, (term.value, term.value))[language]
    if money and isinstance(term.value, int) and term.value:
        yuan = (
            f"{Decimal(term.value) / 100:,f}".rstrip("0").rstrip(".")
            if term.value % 100
            else f"{term.value // 100:,}"
        )
        return f"{yuan}元" if language == ZH else f"¥{yuan}"
    return str(term.value)


def _call(term: Call, language: int) -> str:
    if term.operation == "coalesce" and _is_zero(term.arguments[-1]):
        return _words(term.arguments[0], language, False)  # counted as none where unknown
    money = any(argument.type == "money" for argument in term.arguments)
    words = [
        _operand(argument, term, place, language, money) for place, argument in enumerate(term.arguments)
    ]
    return _shaped(term, words, language)


def _shaped(term: Call, words: list[str], language: int) -> str:
    operation = term.operation
    if operation == "in":
        return FORMS["in"][language].format(words[0], ("、" if language == ZH else ", ").join(words[1:]))
    if operation in ("days", "coalesce"):
        return f"{operation}({', '.join(words)})"
    if operation in FORMS:
        return FORMS[operation][language].format(*words)
    return SIGNS.get(operation, (f" {operation} ",) * 2)[language].join(words)


def _operand(argument: Expr, term: Call, place: int, language: int, money: bool) -> str:
    text = _words(argument, language, money)
    return f"({text})" if needs_parentheses(argument, term, place) else text


def _is_zero(term: Expr) -> bool:
    return isinstance(term, Literal) and not isinstance(term.value, bool) and term.value == 0
