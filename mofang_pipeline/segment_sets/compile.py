"""All sets of a day as one query: a column of true or false for each set, one level of columns after another.

A row of customer_wide is looked at once. What a set asks of the row itself (condition, node, move, fixed members) is a
column of the first level; a set made of others reads their columns in a later level. SQL is made of sqlglot's tree:
values are its literals or bound by name, no text is spliced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlglot import exp

from mofang_pipeline.published import statement
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.outline import leaf_paths
from mofang_pipeline.rulebook.sql import syntax
from mofang_pipeline.segment_sets.algebra import Joined, Name, Not, Term, names_in, parse_members
from mofang_pipeline.segment_sets.model import Definition


@dataclass
class _Query:
    """What is gathered while sets are compiled."""

    questions: dict[str, exp.Expr] = field(default_factory=dict)
    joins: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Flags:
    """A query with customer_key, province, city and a boolean column for each of `columns` (set id -> name)."""

    text: str
    values: Mapping[str, Any]
    columns: Mapping[str, str]


def flags(
    rulebook: Rulebook,
    ordered: Sequence[Definition],
    day: date,
    fixed: Mapping[str, int],
    membership: str = "mart.segment_membership",
) -> Flags:
    """The query for `ordered`, each after those that it names, on `day`.

    `fixed`: frozen sets whose members are in the lake already -> their version. `membership`: the relation that says
    each customer's leaf on the day, of these customers alone.
    """
    query = _Query()
    leaves = _leaves_below(rulebook)
    columns = {each.set_id: f"set_{number}" for number, each in enumerate(ordered)}
    levels: dict[str, int] = {}
    tests: dict[int, list[exp.Expr]] = {}
    for each in ordered:
        names = () if each.set_id in fixed or each.members is None else names_in(parse_members(each.members))
        level = 1 + max((levels[name] for name in names if name in levels), default=0)
        levels[each.set_id] = level
        parts = (
            [_fixed(query, each, day, fixed[each.set_id], columns[each.set_id])]
            if each.set_id in fixed
            else _parts(query, rulebook, each, day, columns, leaves)
        )
        tests.setdefault(level, []).append(exp.alias_(exp.and_(*parts), columns[each.set_id]))
    text = statement("segment_set_flag").replace("{membership}", membership)
    text = text.replace("{questions}", _listed(query.questions)).replace(
        "{joins}", "\n".join(query.joins.values())
    )
    return Flags(text.replace("{levels}", _levels(tests)), {"day": day, **query.values}, columns)


def _parts(
    query: _Query,
    rulebook: Rulebook,
    each: Definition,
    day: date,
    columns: Mapping[str, str],
    leaves: Mapping[str, tuple[str, ...]],
) -> list[exp.Expr]:
    """What must all be true of a row: its organisation, then members, where and flow where they are given."""
    column = columns[each.set_id]
    parts = [_ask(query, f"{column}_place", _place(rulebook, each))]
    if each.members is not None:
        parts.append(_algebra(query, parse_members(each.members), columns, leaves))
    if each.where is not None:
        condition = syntax(parse_condition(each.where, rulebook.tree.parameter_types))
        parts.append(_ask(query, f"{column}_where", condition))
    if each.flow is not None:
        before = f"before_{each.flow.days}"
        query.joins[before] = (
            f"left join mart.segment_membership as {before}\n"
            f"    on w.customer_key = {before}.customer_key and {before}.day = ${before}"
        )
        query.values[before] = day - timedelta(days=each.flow.days)
        came = _one_of(exp.column("segment", table=before), leaves[each.flow.from_segment])
        parts.append(_ask(query, f"{column}_from", came))
        parts.append(_node(query, each.flow.to_segment, leaves))
    return parts


def _place(rulebook: Rulebook, each: Definition) -> exp.Expr:
    """Whether the customer belongs to the owner or one of those that share the set."""
    codes = each.organisations
    if rulebook.head_office.org_code in codes:
        return exp.true()
    tests = []
    for level, name in (("tier1", "province"), ("tier2", "city")):
        mine = [code for code in codes if rulebook.organisations[code].level == level]
        if mine:
            tests.append(_one_of(exp.column(name, table="w"), mine))
    return exp.or_(*tests)


def _algebra(
    query: _Query, term: Term, columns: Mapping[str, str], leaves: Mapping[str, tuple[str, ...]]
) -> exp.Expr:
    match term:
        case Name(name=name):
            return exp.column(columns[name]) if name in columns else _node(query, name, leaves)
        case Not(part=part):
            return exp.not_(exp.paren(_algebra(query, part, columns, leaves)))
        case Joined(operation=operation, parts=parts):
            inner = [exp.paren(_algebra(query, part, columns, leaves)) for part in parts]
            return exp.paren(exp.and_(*inner) if operation == "and" else exp.or_(*inner))


def _node(query: _Query, node: str, leaves: Mapping[str, tuple[str, ...]]) -> exp.Expr:
    """Whether the customer's leaf is the node or below it; one question, however many sets ask it."""
    name = f"node_{sorted(leaves).index(node)}"
    return _ask(query, name, _one_of(exp.column("segment", table="m"), leaves[node]))


def _fixed(query: _Query, each: Definition, day: date, version: int, column: str) -> exp.Expr:
    query.joins[column] = (
        f"left join mart.segment_set_member as {column}\n"
        f"    on w.customer_key = {column}.customer_key and {column}.day = ${column}_day\n"
        f"    and {column}.set_id = ${column}_id and {column}.version = ${column}_version"
    )
    query.values |= {f"{column}_day": each.as_of, f"{column}_id": each.set_id, f"{column}_version": version}
    known = exp.Is(this=exp.column("customer_key", table=column), expression=exp.null())
    return _ask(query, f"{column}_known", exp.not_(known))


def _ask(query: _Query, name: str, condition: exp.Expr) -> exp.Expr:
    """The condition as a column of the first level, NULL being false."""
    query.questions[name] = exp.Coalesce(this=condition, expressions=[exp.false()])
    return exp.column(name)


def _one_of(column: exp.Expr, values: Sequence[str]) -> exp.Expr:
    return exp.In(this=column, expressions=[exp.Literal.string(value) for value in values])


def _leaves_below(rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    """Node -> the leaves at or below it, main and local."""
    below: dict[str, list[str]] = {}
    for leaf, path in leaf_paths(rulebook).items():
        for node in path:
            below.setdefault(node, []).append(leaf)
    return {node: tuple(found) for node, found in below.items()}


def _listed(questions: Mapping[str, exp.Expr]) -> str:
    return "".join(f",\n        {each.sql(dialect='duckdb')} as {name}" for name, each in questions.items())


def _levels(tests: Mapping[int, Sequence[exp.Expr]]) -> str:
    """`, level_1 as (select *, ... from asked), level_2 as ...` and the final select."""
    text, last = "", "asked"
    for level in sorted(tests):
        columns = ",\n        ".join(each.sql(dialect="duckdb") for each in tests[level])
        text += f",\n\nlevel_{level} as (\n\n    select\n        *,\n        {columns}\n    from {last}\n\n)"
        last = f"level_{level}"
    return f"{text}\n\nselect * from {last}"
