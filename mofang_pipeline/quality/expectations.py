"""Runs a suite with Great Expectations on the lake: one validation over all days, failing rows listed by day.

Great Expectations takes seconds to import, so it is imported when the first suite runs. Passing rules cost
one bundled query; only for rules that fail are the rows asked for, all of them and not the 200 it would show.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.lake import sql_list
from mofang_pipeline.quality import results
from mofang_pipeline.quality.results import CheckResult
from mofang_pipeline.quality.suites import Rule, Suite

BATCH = "quality_batch"
QUERY = "unexpected_rows_query"


class RuleNotEvaluatedError(Exception):
    """Great Expectations could not say whether a rule holds; the message names the rule and its reason."""


def run_suite(
    connection: duckdb.DuckDBPyConnection, suite: Suite, days: Sequence[date], *, volume_floor: int
) -> list[CheckResult]:
    """Results of every rule for every one of `days`."""
    if not days:
        return []
    values = sql_values(days, volume_floor)
    rules = [_filled(rule, values) for rule in suite.rules]
    found: list[CheckResult] = []
    with _batch(connection, fill(suite.batch, values)) as cursor:
        failing = dict(_failing(cursor, suite, rules))
        for place, rule in enumerate(rules):
            if place in failing:
                query = _row_query(cursor, suite, rule, failing[place])
                found += results.found(cursor, rule.check, days, query)
            else:
                found += results.passed(rule.check, days)
    return found


def sql_values(days: Sequence[date], volume_floor: int) -> dict[str, str]:
    """What stands for the marks in a suite's SQL."""
    return {
        "days": sql_list(days),
        "first_day": f"date '{min(days)}'",
        "last_day": f"date '{max(days)}'",
        "volume_floor": str(volume_floor),
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    for mark, value in values.items():
        text = text.replace(f"{{{mark}}}", value)
    return text


def _filled(rule: Rule, values: Mapping[str, str]) -> Rule:
    kwargs = dict(rule.kwargs)
    if QUERY in kwargs:
        kwargs[QUERY] = fill(kwargs[QUERY], values)
    return Rule(rule.check, rule.type, kwargs)


@contextmanager
def _batch(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor of its own that sees the rows to check as the view BATCH: nothing is copied."""
    cursor = connection.cursor()
    try:
        cursor.execute("use lake.mart")
        cursor.execute(f"create or replace temp view {BATCH} as {query}")
        yield cursor
    finally:
        cursor.close()


def _failing(
    cursor: duckdb.DuckDBPyConnection, suite: Suite, rules: Sequence[Rule]
) -> Iterator[tuple[int, str]]:
    """(place, query of the failing rows) of every rule that does not hold."""
    validator = _validator(cursor)
    outcomes = _validate(validator, rules, {"result_format": "BOOLEAN_ONLY"})
    places = [place for place, outcome in enumerate(outcomes) if not outcome.success]
    rows_wanted = {"result_format": "COMPLETE", "unexpected_index_column_names": ["day", *suite.key]}
    detailed = _validate(validator, [rules[place] for place in places], rows_wanted) if places else []
    for place, outcome in zip(places, detailed, strict=True):
        rule = rules[place]
        error = _raised(outcome.exception_info)
        query = rule.kwargs.get(QUERY, "").replace("{batch}", BATCH)
        query = query or outcome.result.get("unexpected_index_query")
        if error or not query:
            raise RuleNotEvaluatedError(
                f"{suite.name}: {rule.check.check_name} could not be evaluated: {error}"
            )
        yield place, query.rstrip("; \n")


def _validate(validator: Any, rules: Sequence[Rule], result_format: Mapping[str, Any]) -> list[Any]:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    configurations = [ExpectationConfiguration(type=rule.type, kwargs=dict(rule.kwargs)) for rule in rules]
    outcomes = validator.graph_validate(
        configurations=configurations, runtime_configuration={"result_format": dict(result_format)}
    )
    return list(outcomes)


def _raised(information: Mapping[str, Any]) -> str:
    """The message of the first exception in a validation result; it is kept by metric, or plainly."""
    for each in (information, *(value for value in information.values() if isinstance(value, Mapping))):
        if each.get("raised_exception"):
            return str(each.get("exception_message"))
    return ""


def _row_query(cursor: duckdb.DuckDBPyConnection, suite: Suite, rule: Rule, query: str) -> str:
    """SQL of (day, row_key, reason). A rule's query may give the reason; else it is the column's value."""
    columns = [row[0] for row in cursor.execute(f"describe {query}").fetchall()]
    key = ", ".join(f"cast({column} as varchar)" for column in suite.key if column in columns)
    row_key = f"concat_ws(', ', {key})" if key else f"'{suite.name}'"
    column = rule.kwargs.get("column")
    if "reason" in columns:
        reason = "reason"
    elif column:
        reason = f"'{column} is ' || coalesce(cast({column} as varchar), 'unknown')"
    else:
        reason = f"'{rule.check.check_name}'"
    return f"select day, {row_key} as row_key, {reason} as reason from ({query})"


def _validator(cursor: duckdb.DuckDBPyConnection) -> Any:
    """Great Expectations over an open DuckDB cursor."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # before the import
    import sqlalchemy
    from duckdb_engine import ConnectionWrapper
    from great_expectations.core.batch import Batch
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.validator.validator import Validator

    class ReadBeforeClosing(SqlAlchemyExecutionEngine):
        """DuckDB's rows are gone once the cursor is closed, and Great Expectations reads them after that."""

        def execute_query(self, query: Any) -> Any:
            with self.get_connection() as connection:
                return connection.execute(query).freeze()()

    engine = ReadBeforeClosing(
        engine=sqlalchemy.create_engine(
            "duckdb://", creator=lambda: ConnectionWrapper(cursor), poolclass=sqlalchemy.StaticPool
        )
    )
    _know_the_batch(engine.dialect, cursor)
    data: Any = SqlAlchemyBatchData(execution_engine=engine, table_name=BATCH)
    validator = Validator(execution_engine=engine, batches=[Batch(data=data)])
    validator.metrics_calculator.show_progress_bars = False
    return validator


def _know_the_batch(dialect: Any, cursor: duckdb.DuckDBPyConnection) -> None:
    """The dialect answers from the view itself: asked for columns or keys, DuckDB lists all tables of the lake, again
    for each metric. Nor does it open a transaction for each: statements that only read need none."""
    from sqlalchemy.types import NullType

    names = [name for name, *_ in cursor.execute(f"describe temp.main.{BATCH}").fetchall()]
    columns = [{"name": name, "type": NullType(), "nullable": True, "default": None} for name in names]
    dialect.get_columns = lambda *_, **__: columns
    dialect.get_pk_constraint = lambda *_, **__: {"constrained_columns": [], "name": None}
    dialect.do_begin = dialect.do_rollback = dialect.do_commit = lambda _: None
