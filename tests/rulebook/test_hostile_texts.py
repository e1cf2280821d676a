"""2,000 hostile texts: each is refused with a reason, or stays a literal in a statement of unchanged shape."""

import re
from typing import Any

import duckdb
import pytest
import sqlglot
from hostile import PIECES, WRITTEN, expressions, identifiers
from rulebook_cases import COLUMN_TYPES
from sqlglot import exp

from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import Node
from mofang_pipeline.rulebook.sql import syntax
from mofang_pipeline.rulebook.structure import id_problems
from mofang_pipeline.rulebook.terms import Call, Column, Expr, Literal
from mofang_pipeline.rulebook.values import LARGEST, PARAMETER_TYPES, ValueProblem, engine_value

PARAMETERS = {"n": "int", "rich": "money", "rate": "number"}
IDENTIFIERS = identifiers()
VALUES = [(kind, value) for kind in PARAMETER_TYPES for value in WRITTEN]
EXPRESSIONS = expressions(2_000 - len(IDENTIFIERS) - len(VALUES))
COMPILED = {
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.And, exp.Or, exp.Not, exp.EQ,
    exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In, exp.Is, exp.Add, exp.Sub, exp.Mul, exp.Div,
    exp.Neg, exp.Nullif, exp.Coalesce, exp.Cast, exp.DataType, exp.DateDiff, exp.Var,
}  # fmt: skip


def accepted() -> dict[str, Expr]:
    found = {}
    for text in EXPRESSIONS:
        try:
            found[text] = parse_condition(text, PARAMETERS)
        except ExpressionError as refusal:
            assert refusal.en and refusal.zh
    return found


@pytest.fixture(scope="module")
def conditions() -> dict[str, Expr]:
    return accepted()


def literals(term: Expr) -> list[str]:
    if isinstance(term, Call):
        return [text for argument in term.arguments for text in literals(argument)]
    return [str(term.value)] if isinstance(term, Literal) and not isinstance(term.value, bool) else []


def test_there_are_two_thousand() -> None:
    assert len(IDENTIFIERS) + len(VALUES) + len(EXPRESSIONS) == 2_000


def test_few_are_conditions_after_all(conditions: dict[str, Expr]) -> None:
    assert 0 < len(conditions) < 0.2 * len(EXPRESSIONS)


def test_what_is_compiled_has_known_parts_only(conditions: dict[str, Expr]) -> None:
    kinds = {type(node) for term in conditions.values() for node in syntax(term).walk()}
    assert kinds - COMPILED == set()


def test_what_is_compiled_names_columns_and_parameters_only(conditions: dict[str, Expr]) -> None:
    names = {
        (each.table, each.name) for term in conditions.values() for each in syntax(term).find_all(exp.Column)
    }
    assert names <= {*(("w", name) for name in COLUMNS), *(("p", name) for name in PARAMETERS)}


def test_the_sql_reads_back_as_the_same_single_statement(conditions: dict[str, Expr]) -> None:
    written = [syntax(term).sql(dialect="duckdb") for term in conditions.values()]
    read = [sqlglot.parse(f"select {sql}", read="duckdb") for sql in written]
    assert [[each.sql(dialect="duckdb") for each in found if each] for found in read] == [
        [f"SELECT {sql}"] for sql in written
    ]


def test_literals_are_the_texts_own(conditions: dict[str, Expr]) -> None:
    for text, term in conditions.items():
        assert [each for each in literals(term) if each not in text] == []


def test_a_text_is_a_literal_whatever_it_says() -> None:
    for piece in PIECES:
        term = Call("=", (Column("gender", "text"), Literal(piece, "text")), "bool")
        compiled = sqlglot.parse_one(syntax(term).sql(dialect="duckdb"), read="duckdb")
        assert [type(node) for node in compiled.walk()] == [
            exp.EQ,
            exp.Column,
            exp.Literal,
            *[exp.Identifier] * 2,
        ]
        assert compiled.expression.this == piece


def test_the_engine_takes_all_that_is_accepted(conditions: dict[str, Expr]) -> None:
    types = {"int": "integer", "money": "bigint", "date": "date", "text": "varchar", "bool": "boolean"}
    assert types.keys() == COLUMN_TYPES.keys()
    asked = ", ".join(syntax(term).sql(dialect="duckdb") for term in conditions.values())
    with duckdb.connect() as connection:
        connection.execute(
            f"create table w ({', '.join(f'{name} {types[kind]}' for name, kind in COLUMNS.items())})"
        )
        connection.execute("create table p (n integer, rich bigint, rate double)")
        assert connection.execute(f"select {asked} from w, p").fetchall() == []


@pytest.mark.parametrize("kind", PARAMETER_TYPES)
def test_a_value_is_a_number_within_bounds_or_refused(kind: str) -> None:
    for written in WRITTEN:
        try:
            value: Any = engine_value(kind, written)
        except ValueProblem as refusal:
            assert refusal.en and refusal.zh
        else:
            assert abs(value) <= LARGEST * 100


def test_an_identifier_is_plain_or_refused() -> None:
    plain = re.compile(r"[A-Za-z][A-Za-z0-9_.\-]{0,39}")
    passed = [each for each in IDENTIFIERS if not id_problems([Node(each, None, None, "", "")], "tree.yaml")]
    assert [each for each in passed if not plain.fullmatch(each)] == []
