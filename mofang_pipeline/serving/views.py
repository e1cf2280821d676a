"""Creates the serving views: one .sql file per view beside this module, in schema `lake.serving`.

Dashboards and the command line read these, never the tables behind them. How numbers are written for people lives in
`formats.sql`; what a view means is written at the top of its file.
"""

from pathlib import Path

import duckdb

SCHEMA = "lake.serving"
FOLDER = Path(__file__).parent / "views"
FORMATS = Path(__file__).parent / "formats.sql"
ORDER = (
    "day_option",
    "organisation_option",
    "rule_version",
    "node_code",
    "node_label",
    "node_option",
    "depth_option",
    "tree_node",
    "tree_chart",
    "node_profile",
    "flow_from_option",
    "flow_to_option",
    "flow_level",
    "flow_level_option",
    "node_at_level",
    "flow",
    "flow_matrix",
    "flow_sankey",
)


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates or replaces every serving view, in one transaction, on a writing connection to the lake."""
    connection.execute("begin")
    try:
        connection.execute(f"create schema if not exists {SCHEMA}")
        for statement in formats():
            connection.execute(statement)
        for name in ORDER:
            connection.execute(f"create or replace view {SCHEMA}.{name} as\n{view_sql(name)}")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def view_sql(name: str) -> str:
    """The view's query, as written in its file."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8").strip().rstrip(";")


def formats() -> list[str]:
    text = FORMATS.read_text(encoding="utf-8")
    return [statement for statement in text.split(";\n") if statement.strip()]
