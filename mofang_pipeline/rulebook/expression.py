"""A rule's condition as a typed tree, and how a text becomes one.

The text passes lexical.py, is parsed by sqlglot, and then every node of sqlglot's tree must be on the
allow-list below; anything else is refused by name. What comes out (Expr) has types and holds values, never
pieces of text. Turning it into SQL is compile.py's business.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from mofang_pipeline.rulebook import typing_rules
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.lexical import MAX_DEPTH, ExpressionError, check_text
from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal, Parameter

MAX_NODES = 200
MAX_NUMBER = 10**15


@dataclass(frozen=True)
class Scope:
    """The names that a text may use. In constraints (`bare`) a parameter's name needs no colon."""

    columns: Mapping[str, str]
    parameters: Mapping[str, str]
    bare: bool = False


def parse_condition(text: str, parameters: Mapping[str, str], columns: Mapping[str, str] = COLUMNS) -> Expr:
    """A `when` over columns and `:parameters` (name -> type) as a typed tree. Raises ExpressionError."""
    return _parse(text, tuple(columns.items()), tuple(parameters.items()), False)


def parse_constraint(text: str, parameters: Mapping[str, str]) -> Expr:
    """A constraint such as `n_low < n_mid` over parameters alone, as a typed tree. Raises ExpressionError."""
    return _parse(text, (), tuple(parameters.items()), True)


@lru_cache(maxsize=4096)
def _parse(
    text: str, columns: tuple[tuple[str, str], ...], parameters: tuple[tuple[str, str], ...], bare: bool
) -> Expr:
    check_text(text)
    built = _build(_syntax_tree(text), Scope(dict(columns), dict(parameters), bare), 1)
    if built.type != "bool":
        raise ExpressionError(
            f"gives a value of type {built.type}, not true or false; compare it with something",
            f"结果是 {built.type} 而不是真假，请写成比较",
        )
    return built


def _syntax_tree(text: str) -> exp.Expr:
    try:
        # By no engine's dialect: DuckDB's takes `(:n < age)` for a name before its value.
        statements = sqlglot.parse(text)
        if len(statements) != 1 or statements[0] is None:
            raise ExpressionError(
                "is not one expression; write one condition", "不是一个表达式，请只写一个条件"
            )
        counted = sum(not isinstance(node, (exp.Identifier, exp.Paren)) for node in statements[0].walk())
    except (SqlglotError, RecursionError) as error:
        raise ExpressionError(
            "cannot be read as a condition; check its spelling", "无法解析为条件，请检查写法"
        ) from error
    if counted > MAX_NODES:
        raise ExpressionError(
            f"has more than {MAX_NODES} parts; split it into nodes",
            f"超过 {MAX_NODES} 个成分，请拆成多个节点",
        )
    return statements[0]


def _build(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    if depth > MAX_DEPTH:
        raise ExpressionError(
            f"nested deeper than {MAX_DEPTH}; split it into nodes", f"嵌套超过 {MAX_DEPTH} 层，请拆成多个节点"
        )
    builder, arguments = _ALLOWED.get(type(node), (None, frozenset()))
    extra = {name for name, value in node.args.items() if value not in (None, False, [])} - arguments
    if builder is None or extra or node.comments:
        name = node.name if isinstance(node, exp.Anonymous) else node.key
        raise ExpressionError(
            f"{name!r} is not part of the rule language; remove it", f"规则语言不支持 {name!r}，请删除"
        )
    return builder(node, scope, depth + 1)


def _column(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    name = node.name
    if not isinstance(node.this, exp.Identifier) or node.this.quoted:
        raise ExpressionError(f"{name!r}: quoted names are not allowed", f"{name!r}：不允许带引号的名称")
    if scope.bare and name in scope.parameters:
        return Parameter(name, scope.parameters[name])
    if name not in scope.columns:
        what = "parameter" if scope.bare else "column of customer_wide"
        raise ExpressionError(
            f"unknown {what} {name!r}; correct the name",
            f"未知的{'参数' if scope.bare else '字段'} {name!r}，请更正",
        )
    return Column(name, scope.columns[name])


def _parameter(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    name = str(node.this)
    if name not in scope.parameters:
        raise ExpressionError(
            f"unknown parameter ':{name}'; correct the name or add it to tree.yaml",
            f"未知的参数 ':{name}'，请更正或加到 tree.yaml",
        )
    return Parameter(name, scope.parameters[name])


def _literal(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    text = str(node.this)
    if node.is_string:
        return Literal(text, "text")
    number = int(text) if text.isdigit() else Decimal(text)
    if number > MAX_NUMBER or len(text) > 17:
        raise ExpressionError(f"the number {text} has too many digits", f"数字 {text} 位数过多")
    return Literal(number, "int" if isinstance(number, int) else "number")


def _boolean(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    return Literal(bool(node.this), "bool")


def _paren(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    return _build(node.this, scope, depth)


def _logic(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    """`a and b and c` as one call with three arguments, so that a long list is not a deep one."""
    parts: list[exp.Expr] = []
    left: exp.Expr = node
    while type(left) is type(node):
        parts.append(left.expression)
        left = left.this
    operands = tuple(_build(part, scope, depth) for part in [left, *reversed(parts)])
    return typing_rules.logic("and" if isinstance(node, exp.And) else "or", operands)


def _negation(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    return typing_rules.logic("not", (_build(node.this, scope, depth),))


def _comparison(symbol: str) -> "Builder":
    def build(node: exp.Expr, scope: Scope, depth: int) -> Expr:
        pair = (_build(node.this, scope, depth), _build(node.expression, scope, depth))
        return typing_rules.comparison(symbol, pair)

    return build


def _arithmetic(symbol: str) -> "Builder":
    def build(node: exp.Expr, scope: Scope, depth: int) -> Expr:
        pair = (_build(node.this, scope, depth), _build(node.expression, scope, depth))
        return typing_rules.arithmetic(symbol, pair)

    return build


def _sign(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    return typing_rules.arithmetic("neg", (_build(node.this, scope, depth),))


def _between(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    parts = (node.this, node.args["low"], node.args["high"])
    return typing_rules.comparison("between", tuple(_build(part, scope, depth) for part in parts))


def _in(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    parts = (node.this, *node.expressions)
    return typing_rules.comparison("in", tuple(_build(part, scope, depth) for part in parts))


def _is(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    if not isinstance(node.expression, exp.Null):
        raise ExpressionError(
            "`is` takes only null or not null; write = instead", "is 后只能写 null 或 not null，请改用 ="
        )
    return Call("is_null", (_build(node.this, scope, depth),), "bool")


def _coalesce(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    parts = (node.this, *node.expressions)
    return typing_rules.coalesce(tuple(_build(part, scope, depth) for part in parts))


def _function(node: exp.Expr, scope: Scope, depth: int) -> Expr:
    name = str(node.this)
    if name.lower() != "days":
        raise ExpressionError(
            f"function {name!r} is not part of the rule language; only coalesce and days are",
            f"规则语言不支持函数 {name!r}，只有 coalesce 与 days",
        )
    return typing_rules.days(tuple(_build(part, scope, depth) for part in node.expressions))


Builder = Callable[[exp.Expr, Scope, int], Expr]
_PAIR = frozenset({"this", "expression"})
_ONE = frozenset({"this"})
_ALLOWED: dict[type[exp.Expr], tuple[Builder, frozenset[str]]] = {
    exp.Column: (_column, _ONE),
    exp.Placeholder: (_parameter, _ONE),
    exp.Literal: (_literal, frozenset({"this", "is_string"})),
    exp.Boolean: (_boolean, _ONE),
    exp.Paren: (_paren, _ONE),
    exp.And: (_logic, _PAIR),
    exp.Or: (_logic, _PAIR),
    exp.Not: (_negation, _ONE),
    exp.EQ: (_comparison("="), _PAIR),
    exp.NEQ: (_comparison("<>"), _PAIR),
    exp.LT: (_comparison("<"), _PAIR),
    exp.LTE: (_comparison("<="), _PAIR),
    exp.GT: (_comparison(">"), _PAIR),
    exp.GTE: (_comparison(">="), _PAIR),
    exp.Between: (_between, frozenset({"this", "low", "high"})),
    exp.In: (_in, frozenset({"this", "expressions"})),
    exp.Is: (_is, _PAIR),
    exp.Add: (_arithmetic("+"), _PAIR),
    exp.Sub: (_arithmetic("-"), _PAIR),
    exp.Mul: (_arithmetic("*"), _PAIR),
    exp.Div: (_arithmetic("/"), _PAIR),
    exp.Neg: (_sign, _ONE),
    exp.Coalesce: (_coalesce, frozenset({"this", "expressions"})),
    exp.Anonymous: (_function, frozenset({"this", "expressions"})),
}
