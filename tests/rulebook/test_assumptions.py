"""What the proof assumes of customers is what the suite asks of every computed day, and no more."""

from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml
import z3
from rulebook_cases import COLUMN_TYPES, REAL

from mofang_pipeline.rulebook.columns import ALWAYS, ALWAYS_GIVEN, COLUMNS
from mofang_pipeline.rulebook.customer import AnyCustomer
from mofang_pipeline.rulebook.expression import parse_condition

REPOSITORY = REAL.parent
SUITE = yaml.safe_load((REPOSITORY / "expectations/customer_wide.yaml").read_text(encoding="utf-8"))
RULES = {rule["meta"]["rule"]: rule for rule in SUITE["expectations"]}
WIDE = yaml.safe_load((REPOSITORY / "dbt_project/models/marts/customer_wide.yml").read_text(encoding="utf-8"))
NOT_CRITICAL = {"plausible_age"}  # a rule that needs an age beyond 130 is a mistake, whatever the data


def violating(condition: str, count: int = 4) -> list[dict[str, Any]]:
    """Customers, different in some number, for whom the condition is false; all else may be as it likes."""
    customer = AnyCustomer()
    solver = z3.Solver()
    solver.add(*customer.limits, customer.truth(condition).no)
    rows = []
    while len(rows) < count and solver.check() == z3.sat:
        rows.append(customer.read(solver.model()))
        solver.add(customer.other_than(solver.model()))
    return rows


def found_by(rule: dict[str, Any], rows: list[dict[str, Any]]) -> int:
    """How many of the rows the suite's rule finds."""
    schema = pa.schema(
        [("customer_key", pa.int64()), *((name, COLUMN_TYPES[COLUMNS[name]]) for name in COLUMNS)]
    )
    table = pa.Table.from_pylist(
        [{"customer_key": key, **row} for key, row in enumerate(rows)], schema=schema
    )
    with duckdb.connect() as connection:
        connection.register("batch", table)
        return len(connection.execute(query_of(rule)).fetchall())


def query_of(rule: dict[str, Any]) -> str:
    arguments = rule["kwargs"]
    if rule["type"] == "unexpected_rows_expectation":
        return str(arguments["unexpected_rows_query"]).replace("{batch}", "batch")
    if rule["type"] == "expect_column_values_to_be_in_set":
        values = ", ".join(f"'{value}'" for value in arguments["value_set"])
        return f"from batch where {arguments['column']} not in ({values})"
    columns = arguments.get("columns") or [arguments["column"]]
    low, high = arguments.get("min_value", -(10**18)), arguments.get("max_value", 10**18)
    return "from batch where " + " or ".join(f"{column} not between {low} and {high}" for column in columns)


@pytest.mark.parametrize("fact", ALWAYS, ids=lambda fact: fact.condition)
def test_the_named_rule_finds_whoever_breaks_it(fact: Any) -> None:
    rows = violating(fact.condition)
    assert rows and found_by(RULES[fact.rule], rows) == len(rows)


def test_rules_that_stop_a_day() -> None:
    lenient = {fact.rule for fact in ALWAYS if RULES[fact.rule]["meta"]["severity"] != "critical"}
    assert lenient == NOT_CRITICAL


def test_never_null_is_what_dbt_tests() -> None:
    model = WIDE["models"][0]
    given = next(test["given"] for test in model["data_tests"] if "given" in test)["arguments"]["columns"]
    assert set(given) | {"day"} >= ALWAYS_GIVEN


@pytest.mark.parametrize("fact", ALWAYS, ids=lambda fact: fact.condition)
def test_it_is_a_condition_of_the_rule_language(fact: Any) -> None:
    assert parse_condition(fact.condition, {}).type == "bool"


def test_somebody_can_exist() -> None:
    customer, solver = AnyCustomer(), z3.Solver()
    solver.add(*customer.limits, *(formula for _, formula in customer.always))
    assert solver.check() == z3.sat
