"""The materialization `by_day` on a table that an older version of the project made."""

import duckdb

from tests.dbt.conftest import Dbt

TABLE = "int.int_payment_day_state"


def test_columns_declared_since_are_added(dbt: Dbt, writing: duckdb.DuckDBPyConnection) -> None:
    writing.execute(f"alter table {TABLE} drop column settled_on")
    assert dbt("run", "--select", "int_payment_day_state").success
    added = writing.execute(
        f"select column_type from (describe {TABLE}) where column_name = 'settled_on'"
    ).fetchall()
    assert added == [("DATE",)]
