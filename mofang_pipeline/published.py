"""The lake's own tables beside dbt's and landing's, and how a published table is read by name.

The SQL lives in mofang_pipeline/sql; this module only finds it and runs it.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import duckdb

from mofang_pipeline.rulebook import Rulebook

SQL = Path(__file__).parent / "sql"
# Files of sql/tables and sql/views, in the order of the flow: a view may read what stands before it.
TABLES = ("core", "rules", "edge", "segment_sets", "push", "campaigns", "reconciliation")
VIEWS = ("core", "push", "reconciliation")
PARTITIONS = {
    "mart.rule_version_day": "day",
    "mart.segment_membership": "day, province",
    "mart.segment_transition_daily": "day",
    "int.segment_profile": "day",
    "mart.segment_distribution_daily": "day",
    "mart.segment_edge_daily": "day",
    "mart.segment_set_member": "day",
    "mart.segment_set_size_daily": "day",
    "mart.segment_set_overlap_daily": "day",
    "int.push_row": "as_of",
    "mart.push_leaver": "day",
    "mart.campaign_reconciliation": "day",
    "int.campaign_break": "day",
    "mart.match_suggestion": "day",
    "int.reconciliation_basis": "day",
    "mart.data_quality_result": "day",
    "mart.data_quality_failure": "day",
}


@cache
def statement(name: str) -> str:
    """The text of mofang_pipeline/sql/<name>.sql."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes what is missing; changes nothing that is there."""
    existing = {f"{schema}.{table}" for schema, table in _tables(connection)}
    for part in TABLES:
        connection.execute(statement(f"tables/{part}"))
    for table, columns in PARTITIONS.items():
        if table not in existing:
            connection.execute(f"alter table {table} set partitioned by ({columns})")


def create_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the published views anew, in one transaction; needs the lake's own tables and landing's."""
    connection.execute("begin")
    try:
        for part in VIEWS:
            connection.execute(statement(f"views/{part}"))
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def write_organisations(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook) -> None:
    """mart.organisation and mart.institution as the rulebook has them."""
    organisations = [
        (org.org_code, org.parent_code, org.level, org.name_zh, org.name_en)
        for org in rulebook.organisations.values()
    ]
    institutions = [
        (each.institution_code, each.name_zh, each.name_en, each.valid_from, each.valid_to)
        for each in rulebook.institutions
    ]
    replace_all(connection, "mart.organisation", organisations)
    replace_all(connection, "mart.institution", institutions)


def replace_all(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Replaces a small table's rows in one transaction, unless they are the same already."""
    if sorted(connection.execute(f"select * from {table}").fetchall(), key=repr) == sorted(rows, key=repr):
        return
    connection.execute("begin")
    connection.execute(f"delete from {table}")
    insert_rows(connection, table, rows)
    connection.execute("commit")


def insert_rows(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    """Appends small rows as one insert: one list is bound for each column."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    marks = ", ".join("unnest(?)" for _ in columns)
    connection.execute(f"insert into {table} select {marks}", columns)


def _tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'lake'"
    ).fetchall()
