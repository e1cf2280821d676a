"""Segment profiles: what each node's customers are like, for head office, every province and every city."""

from datetime import date

import duckdb

from mofang_pipeline import lake, published


def write_profile(connection: duckdb.DuckDBPyConnection, day: date) -> int:
    """Replaces int.segment_profile (read through mart.segment_profile_daily) of `day`; returns the rows written."""
    return _write(connection, "int.segment_profile", "segment_profile", day)


def write_distribution(connection: duckdb.DuckDBPyConnection, day: date) -> int:
    """Replaces mart.segment_distribution_daily of `day`; returns the rows written."""
    return _write(connection, "mart.segment_distribution_daily", "segment_distribution_daily", day)


def _write(connection: duckdb.DuckDBPyConnection, table: str, statement: str, day: date) -> int:
    return lake.replace_partition(
        connection, table, "day = $day", published.statement(statement), {"day": day}
    )
