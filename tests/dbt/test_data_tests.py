"""dbt's own tests of keys and relationships: they find what is wrong on the run's days, and look at no others."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt.conftest import Dbt

TABLE = "int.int_customer_state"


@pytest.fixture
def customers(writing: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """One customer on two days, and on the earlier one doubled."""
    writing.execute(
        f"""insert into {TABLE} by name select unnest([date '2026-01-30', '2026-01-30', '2026-01-31']) as day,
        7 as customer_key, 'active' as status"""
    )
    yield writing
    writing.execute(f"delete from {TABLE}")


def failed(dbt: Dbt) -> list[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOFANG_FIRST_DAY", "2026-01-31")
        patch.setenv("MOFANG_LAST_DAY", "2026-01-31")
        done = dbt("test", "--select", "int_customer_state", "--exclude", "test_type:unit")
    return sorted(each.node.name.split("_")[0] for each in done.result if each.status != "pass")


def test_other_days_are_not_looked_at(dbt: Dbt, customers: duckdb.DuckDBPyConnection) -> None:
    assert failed(dbt) == []


def test_double_key_and_unknown_status_are_found(dbt: Dbt, customers: duckdb.DuckDBPyConnection) -> None:
    customers.execute(
        f"insert into {TABLE} by name select date '2026-01-31' as day, 7 as customer_key, 'asleep' as status"
    )
    assert failed(dbt) == ["keyed", "one"]


def test_unknown_customer_is_found(dbt: Dbt, customers: duckdb.DuckDBPyConnection) -> None:
    customers.execute(
        """insert into int.int_account_state by name
        select date '2026-01-31' as day, 1 as account_key, 8 as customer_key, 'active' as status"""
    )
    assert failed(dbt) == ["known"]
