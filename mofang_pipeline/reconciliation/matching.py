"""Rows -> items -> classes, sums and breaks: runs mofang_pipeline/sql/reconciliation on the facts of one day."""

from datetime import date

import duckdb

from mofang_pipeline.published import statement
from mofang_pipeline.reconciliation.facts import Terms, has_ledger


def match(connection: duckdb.DuckDBPyConnection, as_of: date, terms: Terms) -> None:
    """reward_row and reward_item of the facts that are there (facts.py)."""
    connection.execute(statement("reconciliation/reward_row"))
    connection.execute(
        statement("reconciliation/reward_item"),
        {"as_of": as_of, "has_ledger": has_ledger(connection, as_of), **vars(terms)},
    )


def add_sums(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Appends the day's sums of every class to result_sum."""
    _append(connection, "result_sum", "campaign_reconciliation", as_of)


def add_breaks(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Appends the day's breaks to result_break."""
    _append(connection, "result_break", "campaign_break", as_of)


def _append(connection: duckdb.DuckDBPyConnection, table: str, query: str, as_of: date) -> None:
    connection.execute(
        f"insert into {table} by name {statement(f'reconciliation/{query}')}", {"as_of": as_of}
    )
