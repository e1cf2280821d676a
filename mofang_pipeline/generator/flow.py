"""The generator's flow: lives, cards and bindings; the stock on the first day; then the days in batches."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from time import monotonic

import duckdb
import pyarrow as pa  # type: ignore[import-untyped]

from mofang_pipeline.generator import (
    arrivals,
    assets,
    binding,
    calibration,
    campaigns,
    customers,
    draws,
    inflows,
    payments,
    reference,
    write,
)
from mofang_pipeline.generator.calendar import EPOCH, BusyDay, busy_day, day_number, day_range

CUSTOMER_DAYS_A_BATCH = 12_000_000
MOST_DAYS_A_BATCH = 120


@dataclass(frozen=True)
class GenerateSummary:
    """What was written: rows per table, files, bytes, seconds."""

    landing: Path
    first: date
    last: date
    rows: dict[str, int]
    files: int
    bytes: int
    seconds: float


@dataclass(frozen=True)
class _Batch:
    first: int
    last: int


def generate(
    landing: Path,
    *,
    customers: int,
    first: date,
    last: date,
    seed: int,
    organisations: Iterable[reference.Row],
    institutions: Iterable[reference.Row],
    progress: Callable[[date], None] | None = None,
) -> GenerateSummary:
    """Write a made-up landing zone for the days `first` to `last`, both included.

    `customers` is the number of places, each held by one customer at a time; `organisations` and
    `institutions` are the rows of the rulebook's CSV files. The same arguments give the same bytes.

    Event files of a day depend on seed, customers and the two lists only, not on `first` and `last`: a day
    made alone is the same. On `first` each dimension table is a full snapshot and `agreement` has one
    more file, `stock`, with every event before that day; later days hold changes only. Payments before
    `first` are not there, so windows of 365 days want a `first` a year before the first day of interest.

    `progress` is called with each day once all its files are there. Raises ValueError for unusable arguments.
    """
    _check(customers, first, last)
    started = monotonic()
    connection = duckdb.connect()
    _prepare(connection, customers, first, last, seed, list(organisations), list(institutions))
    written: Counter[str] = Counter()
    with ThreadPoolExecutor(2) as pool:
        for batch, files in _batches(connection, customers, seed, day_number(first), day_number(last)):
            for file, size in zip(files, pool.map(lambda f: write.write(landing, f), files), strict=True):
                written.update({file.table: file.rows.num_rows, "(files)": 1, "(bytes)": size})
            _report(progress, batch)
    connection.close()
    files_written, bytes_written = written.pop("(files)"), written.pop("(bytes)")
    return GenerateSummary(
        landing, first, last, dict(written), files_written, bytes_written, monotonic() - started
    )


def _check(customers: int, first: date, last: date) -> None:
    if customers < 1:
        raise ValueError(f"customers: {customers} is not a number of customers; give 1 or more")
    if first > last:
        raise ValueError(f"from {first} is after to {last}; give the earlier day first")


def _report(progress: Callable[[date], None] | None, batch: _Batch) -> None:
    if progress:
        for number in range(batch.first, batch.last + 1):
            progress(EPOCH + timedelta(number))


# Preparation: tables that hold for all the days asked for -----------------------------------------------


def _prepare(
    connection: duckdb.DuckDBPyConnection,
    places: int,
    first: date,
    last: date,
    seed: int,
    organisations: list[reference.Row],
    institutions: list[reference.Row],
) -> None:
    warm_up = timedelta(calibration.MEMORY_DAYS + 1)
    draws.prepare(connection)
    days = [busy_day(day) for day in day_range(first - warm_up, last)]
    reference.load(connection, organisations, institutions, days)
    connection.execute(customers.wrong_check_digit())
    span = {"seed": seed, "customers": places, "first": day_number(first), "last": day_number(last)}
    _execute(connection, customers.LIFE, span)
    for script in (
        assets.CARDS, assets.MACROS, binding.PERIODS, payments.PAYERS, payments.TICKETS, arrivals.MACROS,
        campaigns.MACROS,
    ):  # fmt: skip
        connection.execute(script)


def _execute(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, int]) -> None:
    """Run a script whose statements each use some of the named `values`."""
    for statement in connection.extract_statements(sql):
        connection.execute(statement, _used(sql=statement.query, values=values))


def _rows(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, int]) -> pa.Table:
    return connection.execute(sql, _used(sql=sql, values=values)).to_arrow_table()


def _used(*, sql: str, values: dict[str, int]) -> dict[str, int]:
    return {name: value for name, value in values.items() if f"${name}" in sql}


# Days -------------------------------------------------------------------------------------------------


def _batches(
    connection: duckdb.DuckDBPyConnection, places: int, seed: int, first: int, last: int
) -> Iterator[tuple[_Batch, list[write.LandingFile]]]:
    """The files of each batch of days, the first day's snapshots with the first batch."""
    values = {"seed": seed, "customers": places}
    _warm_up(connection, first)
    stock = list(_stock(connection, first))
    length = max(1, min(MOST_DAYS_A_BATCH, CUSTOMER_DAYS_A_BATCH // places))
    for start in range(first, last + 1, length):
        batch = _Batch(start, min(start + length - 1, last))
        span = values | {"first": batch.first, "last": batch.last}
        yield batch, [*stock, *_changes(connection, span, first), *_events(connection, span)]
        stock = []


def _stock(connection: duckdb.DuckDBPyConnection, first: int) -> Iterator[write.LandingFile]:
    """Snapshots of the dimension tables on the first day, and the agreement events before it."""
    account_stock = assets.ACCOUNT_STOCK.format(kept=customers.DAYS_KEPT_AFTER_LEAVING)
    for table, sql in {
        "customer": customers.rows(customers.STOCK),
        "account": assets.ACCOUNT_ROWS.format(asked=account_stock),
        "balance": assets.BALANCE_ROWS.format(asked=assets.BALANCE_STOCK),
        "holding": assets.HOLDING_ROWS.format(asked=assets.BALANCE_STOCK),
        "agreement": binding.STOCK_ROWS,
    }.items():
        yield from write.by_day(table, "stock", _rows(connection, sql, {"day": first}), first, first)


def _changes(
    connection: duckdb.DuckDBPyConnection, span: dict[str, int], snapshot: int
) -> Iterator[write.LandingFile]:
    """Changes of the dimension tables after the day of the snapshot."""
    span = span | {"first": max(span["first"], snapshot + 1)}
    if span["first"] > span["last"]:
        return
    for table, sql in {
        "customer": customers.rows(customers.CHANGES),
        "account": assets.ACCOUNT_ROWS.format(asked=assets.ACCOUNT_CHANGES),
        "balance": assets.BALANCE_ROWS.format(asked=assets.BALANCE_CHANGES),
        "holding": assets.HOLDING_ROWS.format(asked=assets.BALANCE_CHANGES),
    }.items():
        yield from write.by_day(table, "part", _rows(connection, sql, span), span["first"], span["last"])


def _events(connection: duckdb.DuckDBPyConnection, span: dict[str, int]) -> Iterator[write.LandingFile]:
    """Files of the event tables, which are the same whatever else is generated."""
    _make_payments(connection, span["first"], span["last"])
    _execute(connection, arrivals.ARRIVED, span)
    for table, sql in {
        "agreement": binding.EVENT_ROWS,
        "payment": arrivals.ROWS,
        "inflow": inflows.ROWS,
        "campaign_contact": campaigns.CONTACTS,
        "reward_grant": campaigns.GRANTS,
        "reward_statement": campaigns.STATEMENTS,
        "reward_ledger": campaigns.LEDGER,
    }.items():
        yield from write.by_day(table, "part", _rows(connection, sql, span), span["first"], span["last"])
    _carry(connection, span["last"])


# Payments: made on their day, handed over on their day of arrival -------------------------------------------


def _warm_up(connection: duckdb.DuckDBPyConnection, first: int) -> None:
    """Fill `carried` with the rows of earlier payments that arrive on `first` or later."""
    _make_payments(connection, first - calibration.MEMORY_DAYS - 1, first - 1)
    connection.execute("create or replace temp table carried as from made where false")
    _carry(connection, first - 1)


def _make_payments(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> None:
    connection.execute(payments.ACTIVITY_TABLE)
    for number in range(first, last + 1):
        day = busy_day(EPOCH + timedelta(number))
        connection.execute(payments.ACTIVITY, _activity_values(connection, day))
    connection.execute(payments.MADE)
    connection.execute(arrivals.BESIDE)


def _activity_values(connection: duckdb.DuckDBPyConnection, day: BusyDay) -> dict[str, float]:
    found = connection.execute("select hash($1::int)", [day.number]).fetchone()
    assert found is not None
    return {"day": day.number, "factor": day.factor, "day_hash": found[0]}


def _carry(connection: duckdb.DuckDBPyConnection, last: int) -> None:
    _execute(connection, arrivals.CARRY, {"last": last})
    connection.execute("drop table carried; alter table still_carried rename to carried")
