"""A lake on one embedded Postgres for all landing tests, and landing folders written inline."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mofang_pipeline import lake, landing
from mofang_pipeline.home import Home

TOKEN_KEY = b"a secret of this test only"
ORGANISATIONS = [
    {"org_code": "HQ", "parent_code": None, "level": "hq"},
    {"org_code": "P1", "parent_code": "HQ", "level": "tier1"},
    {"org_code": "P2", "parent_code": "HQ", "level": "tier1"},
    {"org_code": "C11", "parent_code": "P1", "level": "tier2"},
    {"org_code": "C21", "parent_code": "P2", "level": "tier2"},
]
Row = Mapping[str, Any]


def customer(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "customer_id": f"cust-{number:05}", "province_code": "P1", "city_code": "C11",
        "opened_on": "2020-01-01", "status": "active", **changes,
    }  # fmt: skip


def account(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "account_id": f"0acct-{number:05}",
        "customer_id": f"cust-{number:05}",
        "opened_on": "2020-01-02",
        **changes,
    }


def payment(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "txn_id": f"txn-{number:05}", "account_id": "0acct-00001",
        "paid_at": "2026-01-05 10:00:00", "amount_fen": 100, **changes,
    }  # fmt: skip


def csv_text(rows: Sequence[Row]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


class Bank:
    """A landing folder and the lake that it is loaded into."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        self.folder, self.connection = folder, connection

    def path(self, table: str, day: str, name: str) -> Path:
        path = self.folder / table / f"dt={day}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, table: str, day: str, content: bytes | str | Sequence[Row], name: str = "a.csv") -> Path:
        """Writes rows as CSV, or text or bytes as they are."""
        if not isinstance(content, bytes | str):
            content = csv_text(content)
        path = self.path(table, day, name)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def put_parquet(self, table: str, day: str, columns: dict[str, Any], name: str = "a.parquet") -> Path:
        path = self.path(table, day, name)
        pq.write_table(pa.table(columns), path)
        return path

    def put_people(self, day: str = "2026-01-05", count: int = 1) -> None:
        self.put("customer", day, [customer(number) for number in range(1, count + 1)])
        self.put("account", day, [account(number) for number in range(1, count + 1)])

    def load(self, through: str = "2026-12-31", **changes: Any) -> landing.LoadSummary:
        arguments: dict[str, Any] = {"organisations": ORGANISATIONS, "token_key": TOKEN_KEY, **changes}
        return landing.load(
            self.connection, landing=self.folder, through=date.fromisoformat(through), **arguments
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(sql).fetchall()

    def quarantine(self, table: str) -> list[tuple[Any, ...]]:
        """(row, column, reason) of a table's refused rows and files."""
        return self.rows(
            f"""select "row", "column", reason from lake.mart.quarantine
            where "table" = '{table}' order by all"""
        )

    def values(self) -> list[dict[str, Any]]:
        return [
            json.loads(row[0])
            for row in self.rows('select "values" from lake.mart.quarantine where "row" is not null')
        ]

    def counts(self, table: str) -> list[tuple[Any, ...]]:
        """(file, rows in, loaded, quarantined, duplicate, status) of a table's files."""
        return self.rows(
            f"""select file, rows_in, rows_loaded, rows_quarantined, rows_duplicate, status
            from lake.mart.landing_file where "table" = '{table}' order by load_id, dt, file"""
        )


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(home=tmp_path_factory.mktemp("home"), threads=2, memory_limit="2GB")


@pytest.fixture(scope="session")
def connection(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with lake.writer(home) as connection:
        yield connection


@pytest.fixture
def bank(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> Bank:
    """An empty landing folder and an empty lake."""
    return empty_bank(connection, tmp_path)


def empty_bank(connection: duckdb.DuckDBPyConnection, folder: Path) -> Bank:
    connection.execute("begin")
    for name in tables(connection):
        connection.execute(f"drop table lake.{name}")
    connection.execute("commit")
    return Bank(folder / "landing", connection)


def tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables where table_catalog = 'lake'"
    ).fetchall()
    return sorted(row[0] for row in rows)
