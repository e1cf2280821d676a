"""Small tables and plots that a step shows beside its result in the Dagster UI. Counts only, never a customer."""

import base64
import io
from datetime import date
from typing import Any

import dagster as dg
import duckdb


def markdown_table(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: dict[str, Any]
) -> dg.MarkdownMetadataValue:
    """The query's rows as a Markdown table."""
    cursor = connection.execute(query, parameters)
    names = [column[0] for column in cursor.description or ()]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(str(value) for value in row) + " |" for row in cursor.fetchall()]
    return dg.MetadataValue.md("\n".join(lines))


def leaf_sizes(connection: duckdb.DuckDBPyConnection, day: date) -> dg.MarkdownMetadataValue:
    """A bar for each leaf of head office's tree: customers on `day`."""
    from matplotlib.figure import Figure

    rows = connection.execute(
        "select hq_segment, count(*) from mart.segment_membership where day = ? group by 1 order by 1", [day]
    ).fetchall()
    figure = Figure(figsize=(8, 2.4), layout="constrained")
    axes = figure.subplots()
    axes.bar([row[0] for row in rows], [row[1] for row in rows], color="#2a6f97")
    axes.set_title(f"Customers by segment, {day}", fontsize=9)
    axes.tick_params(labelsize=6)
    picture = io.BytesIO()
    figure.savefig(picture, format="png")
    return dg.MetadataValue.md(
        f"![customers by segment](data:image/png;base64,{base64.b64encode(picture.getvalue()).decode()})"
    )
