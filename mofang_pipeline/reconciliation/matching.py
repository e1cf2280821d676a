"""Rows -> items -> classes, sums and breaks: runs mofang_pipeline/sql/reconciliation on the facts of one day."""

from datetime import date

import duckdb

from mofang_pipeline.published import statement
from mofang_pipeline.reconciliation.facts import Terms, has_ledger

RESULTS = (
    ("result_sum", "campaign_reconciliation"),
    ("result_break", "campaign_break"),
    ("result_match", "match_suggestion"),
    ("result_match", "posting_suggestion"),
)


def match(connection: duckdb.DuckDBPyConnection, as_of: date, terms: Terms) -> None:
    """reward_row and reward_item of the facts that are there (facts.py)."""
    connection.execute(statement("reconciliation/reward_row"))
    connection.execute(
        statement("reconciliation/reward_item"),
        {"as_of": as_of, "has_ledger": has_ledger(connection, as_of), **vars(terms)},
    )


def add_results(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Appends the day's sums, breaks and suggested matches to the results."""
    for result, query in RESULTS:
        connection.execute(
            f"insert into {result} by name {statement(f'reconciliation/{query}')}", {"as_of": as_of}
        )
