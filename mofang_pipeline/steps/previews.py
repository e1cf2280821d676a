"""Small tables and plots that a step shows beside its result in the Dagster UI. Counts only, never a customer."""

from typing import Any

import dagster as dg
import duckdb


def markdown_table(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any] | None
) -> dg.MarkdownMetadataValue:
    """The query's rows as a Markdown table; "no rows" where there are none or nothing to ask."""
    if parameters is None:
        return dg.MetadataValue.md("no rows")
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(value) for value in row) + " |" for row in cursor.fetchall()]
    return dg.MetadataValue.md("\n".join(lines))
