"""The tables that landing keeps in the lake, and their creation. What they mean is in contract.py and the
docstrings here."""

import duckdb

from mofang_pipeline.landing.contract import TABLES, Table

LANDED = "lake.landed"

# Tokens and surrogate keys; `owner_dt` is the dt of the row that last named the account's customer.
IDENTITIES = {
    "landed.customer_identity": "customer_key bigint, token varchar, first_dt date",
    "landed.account_identity": """
        account_key bigint, token varchar, customer_key bigint, first_dt date, owner_dt date""",
}
# One row per load, table, known_day and event_day: which days a load touched.
TOUCH = {"landed.touch": "load_id bigint, table_name varchar, known_day date, event_day date, rows bigint"}
# One row per version of a file; one row per refused row, or per file refused whole (row is NULL).
RECORDS = {
    "mart.landing_file": """
        "table" varchar, file varchar, dt date, rows_in bigint, rows_loaded bigint, rows_quarantined bigint,
        rows_duplicate bigint, status varchar, reason varchar, size bigint, mtime_ns bigint, load_id bigint,
        ignored_columns varchar""",
    "mart.quarantine": """
        "table" varchar, file varchar, dt date, "row" bigint, "column" varchar, reason varchar,
        "values" varchar, load_id bigint""",
}


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes what is missing, partitioned by dt; what exists stays untouched. `connection` may write to the
    lake."""
    existing = _existing(connection)
    missing = [table for table in TABLES if f"landed.{table.name}" not in existing]
    records = {
        name: columns for name, columns in (IDENTITIES | TOUCH | RECORDS).items() if name not in existing
    }
    if not missing and not records:
        return
    connection.execute("begin")
    try:
        for name, columns in records.items():
            connection.execute(f"create table lake.{name} ({columns})")
        for table in missing:
            connection.execute(f"create table {LANDED}.{table.name} ({_columns(table)})")
            connection.execute(f"alter table {LANDED}.{table.name} set partitioned by (dt)")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _existing(connection: duckdb.DuckDBPyConnection) -> set[str]:
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables where table_catalog = 'lake'"
    ).fetchall()
    return {row[0] for row in rows}


def _columns(table: Table) -> str:
    columns = (("dt", "date"), ("load_id", "bigint"), ("seq", "bigint"), *table.landed)
    return ", ".join(f"{name} {type_}" for name, type_ in columns)
