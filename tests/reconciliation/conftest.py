"""A ledger in memory: rows are landed as the pipeline lands them, signed and with the day from which they are known.

A row is written by hand as `g1 C1 k1 R10 1000 @3`: its id, what it names, its amount and its day.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from mofang_pipeline import published
from mofang_pipeline.landing import contract
from mofang_pipeline.reconciliation.daily import reconcile_days
from mofang_pipeline.reconciliation.facts import Match, Terms

START = date(2026, 3, 1)
TABLES = {table.name: table for table in contract.TABLES if table.name.startswith("reward_")}
Row = dict[str, Any]


def on(number: int) -> date:
    return START + timedelta(days=number)


def grant(grant_id: str, day: int = 0, fen: int = 1000, **given: Any) -> Row:
    return {
        "table": "reward_grant", "grant_id": grant_id, "campaign_id": "C1", "customer_key": 1, "reward_code": "R10",
        "amount_fen": fen, "granted_at": datetime.combine(on(day), datetime.min.time()), "event_day": on(day), **given,
    }  # fmt: skip


def stated(statement_id: str, grant_id: str | None, day: int = 0, fen: int = 1000, **given: Any) -> Row:
    """A redemption; `event='refund'` makes it a refund. Rows of one day are in the order of `hour`."""
    hour = given.pop("hour", 0)
    return {
        "table": "reward_statement", "statement_id": statement_id, "grant_id": grant_id, "campaign_id": "C1",
        "reward_code": "R10", "institution_code": "alipay", "event": "redeem", "amount_fen": fen,
        "event_at": datetime.combine(on(day), datetime.min.time()) + timedelta(hours=hour), "event_day": on(day),
        **given,
    }  # fmt: skip


def refunded(statement_id: str, grant_id: str | None, day: int = 0, fen: int = 1000, **given: Any) -> Row:
    return stated(statement_id, grant_id, day, fen, event="refund", **given)


def posted(entry_id: str, statement_id: str | None, day: int = 0, fen: int = 1000, **given: Any) -> Row:
    return {
        "table": "reward_ledger", "entry_id": entry_id, "statement_id": statement_id, "campaign_id": "C1",
        "amount_fen": fen, "posted_on": on(day), "event_day": on(day), **given,
    }  # fmt: skip


@dataclass
class Books:
    """Landed reward rows, campaigns and what reconciliation makes of them."""

    connection: duckdb.DuckDBPyConnection
    loads: int = 0
    matches: list[Match] = field(default_factory=list)

    def land(self, rows: Sequence[Row], *, known: int | None = None, sign: int = 1) -> None:
        """One load of rows, known from their own day, or from day `known`."""
        self.loads += 1
        for row in rows:
            values = {name: value for name, value in row.items() if name != "table"}
            known_day = max(row["event_day"], on(known)) if known is not None else row["event_day"]
            added = {"dt": known_day, "load_id": self.loads, "seq": 0, "known_day": known_day, "sign": sign}
            self._insert(f"landed.{row['table']}", values | added)
            touch = {"load_id": self.loads, "table_name": row["table"], "known_day": known_day, "rows": 1}
            self._insert("landed.touch", touch | {"event_day": row["event_day"]})

    def correct(self, old: Row, new: Row, *, known: int) -> None:
        self.land([old], known=known, sign=-1)
        self.land([new], known=known)

    def campaign(
        self, name: str = "C1", arms: Mapping[int, str] | None = None, caps: Mapping[str, int] | None = None,
        **given: Any,
    ) -> None:  # fmt: skip
        row = {
            "campaign": name,
            "from_day": on(0),
            "to_day": on(30),
            "frozen_on": on(0),
            "plan": "{}",
            **given,
        }
        self._insert("mart.campaign", row)
        for customer_key, arm in (arms or {}).items():
            member = {
                "campaign": name,
                "customer_key": customer_key,
                "arm": arm,
                "frozen_on": row["frozen_on"],
            }
            self._insert("mart.campaign_audience", member)
        for code, cap in (caps or {}).items():
            self._insert(
                "mart.campaign_reward", {"campaign": name, "reward_code": code, "cap_per_customer": cap}
            )

    def reconcile(self, *days: int, anew: bool = False, terms: Terms = Terms()) -> None:  # noqa: B008
        reconcile_days(
            self.connection, [on(day) for day in days], terms=terms, matches=self.matches, anew=anew
        )

    def classes(self, day: int) -> dict[str, str]:
        """Row id -> class, of the rows of items that were counted last."""
        found = self.connection.execute(
            "select row_id, class from temp.main.reward_row inner join temp.main.reward_item using (item_kind, item_id)"
        ).fetchall()
        assert len(found) == len({row_id for row_id, _ in found})
        return dict(found)

    def query(self, text: str, **values: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(text, values).fetchall()

    def _insert(self, table: str, row: Row) -> None:
        marks = ", ".join(f'? as "{name}"' for name in row)
        self.connection.execute(f"insert into {table} by name select {marks}", list(row.values()))


@pytest.fixture
def books() -> Iterator[Books]:
    with new_books() as connection:
        yield Books(connection)


def new_books() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as lake; use lake")
    for schema in ("landed", "int", "mart"):
        connection.execute(f"create schema lake.{schema}")
    connection.execute("use lake.mart")
    for part in published.TABLES:
        connection.execute(published.statement(f"tables/{part}"))
    connection.execute(published.statement("views/reconciliation"))
    for table in TABLES.values():
        columns = ", ".join(f"{name} {type_}" for name, type_ in table.landed)
        connection.execute(
            f"create table landed.{table.name} (dt date, load_id bigint, seq bigint, {columns})"
        )
    connection.execute(
        "create table landed.touch (load_id bigint, table_name varchar, known_day date, event_day date, rows bigint)"
    )
    return connection


@pytest.fixture
def classes_of(books: Books) -> Callable[..., dict[str, str]]:
    """Lands rows and counts them on a day: row id -> class."""

    def classes(rows: Sequence[Row], as_of: int = 0, **terms: Any) -> dict[str, str]:
        books.land(rows)
        books.reconcile(as_of, terms=Terms(**terms))
        return books.classes(as_of)

    return classes
