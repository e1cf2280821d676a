"""What is written of a check: one row a day, its failing rows, and only the last word on each."""

from collections.abc import Iterator

import duckdb
import pytest

from mofang_pipeline.quality.results import FAILURES_KEPT, Check, CheckResult, found, passed, write
from tests.quality.conftest import D0, D1

CHECK = Check("customer_wide", "rule", "critical", "because")


@pytest.fixture
def books(bank: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    yield bank
    bank.execute("delete from mart.data_quality_result")
    bank.execute("delete from mart.data_quality_failure")


def test_passed_days_are_written_too(books: duckdb.DuckDBPyConnection) -> None:
    write(books, [CheckResult(D0, CHECK, 2, (("1", "low"), ("2", "low"))), *passed(CHECK, [D1])])
    rows = books.execute("select * exclude table_name from mart.data_quality_result order by day").fetchall()
    assert rows == [
        (D0, "rule", "critical", False, 2, "2 row(s), first 1: low; because"),
        (D1, "rule", "critical", True, 0, None),
    ]


def test_later_result_replaces_the_earlier(books: duckdb.DuckDBPyConnection) -> None:
    write(books, [CheckResult(D1, CHECK, 1, (("1", "low"),))])
    write(books, passed(CHECK, [D1]))
    assert books.execute("select count(*) from mart.data_quality_failure").fetchone() == (0,)


def test_rows_beyond_the_cap_are_counted(books: duckdb.DuckDBPyConnection) -> None:
    rows = FAILURES_KEPT + 5
    query = (
        f"select date '{D1}' as day, cast(range as varchar) as row_key, 'low' as reason from range({rows})"
    )
    write(books, found(books, CHECK, [D1], query))
    last = "select count(*), max(reason) filter (row_key = '(more)') from mart.data_quality_failure"
    assert books.execute(last).fetchone() == (FAILURES_KEPT + 1, "5 more row(s) fail and are not listed")
