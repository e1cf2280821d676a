"""Files of the landing zone: one table's rows of many days, split by day and written whole or not at all.

The schemas are those of the landing contract, and a file's bytes depend on its rows only.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]
import pyarrow.csv as csv  # type: ignore[import-untyped]
import pyarrow.parquet as parquet  # type: ignore[import-untyped]

from mofang_pipeline.generator.calendar import EPOCH

_TYPES = {
    "string": pa.string(),
    "date": pa.date32(),
    "time": pa.timestamp("us"),
    "int": pa.int64(),
    "bool": pa.bool_(),
}

_COLUMNS = {
    "customer": "customer_id string, province_code string, city_code string, opened_on date, status string, "
    "birth_date date, gender string, is_rural bool, id_number string, mobile string, full_name string, "
    "consent_marketing bool, has_mobile bool, id_expires_on date",
    "account": "account_id string, customer_id string, opened_on date, closed_on date, status string, "
    "account_class string, bindable bool",
    "agreement": "agreement_id string, account_id string, institution_code string, event string, "
    "event_at time, rail string",
    "payment": "txn_id string, account_id string, paid_at time, amount_fen int, institution_code string, "
    "agreement_id string, rail string, mcc string, kind string, status string, fail_reason string, "
    "original_txn_id string",
    "balance": "account_id string, deposit_fen int",
    "holding": "customer_id string, aum_fen int",
    "inflow": "inflow_id string, account_id string, received_at time, amount_fen int, kind string",
    "campaign_contact": "contact_id string, campaign_id string, customer_id string, channel string, "
    "event string, event_at time",
    "reward_grant": "grant_id string, campaign_id string, customer_id string, reward_code string, "
    "amount_fen int, granted_at time",
    "reward_statement": "statement_id string, institution_code string, grant_id string, campaign_id string, "
    "reward_code string, event string, amount_fen int, event_at time, txn_id string",
    "reward_ledger": "entry_id string, statement_id string, campaign_id string, amount_fen int, "
    "posted_on date",
}

SCHEMAS = {
    table: pa.schema([(column.split()[0], _TYPES[column.split()[1]]) for column in columns.split(", ")])
    for table, columns in _COLUMNS.items()
}
AS_CSV = frozenset({"reward_statement", "reward_ledger"})
WITH_CONTROL = frozenset({"reward_statement"})
EVEN_IF_EMPTY = frozenset({"customer", "account", "payment"})
_REPEATING = [
    "province_code", "city_code", "status", "gender", "institution_code", "rail", "mcc", "kind",
    "fail_reason", "event", "campaign_id", "reward_code", "channel", "account_class",
]  # fmt: skip


@dataclass(frozen=True)
class LandingFile:
    """A file to write: the rows of `table` that arrive on day number `day`."""

    table: str
    day: int
    name: str
    rows: pa.Table


def by_day(table: str, name: str, rows: pa.Table, first: int, last: int) -> Iterator[LandingFile]:
    """Split rows, sorted by their int column `day`, into a file per day; empty files only where required."""
    days = rows["day"].to_numpy()
    if np.any(days[1:] < days[:-1]):
        raise RuntimeError(f"{table}: the rows to write are not in the order of their days")
    edges = np.searchsorted(days, np.arange(first, last + 2))
    typed = rows.drop_columns(["day"]).cast(SCHEMAS[table])
    for day, start, end in zip(range(first, last + 1), edges[:-1], edges[1:], strict=True):
        if end > start or table in EVEN_IF_EMPTY:
            # in one chunk, since the borders of chunks would show in the file's bytes
            yield LandingFile(table, day, name, typed.slice(int(start), int(end - start)).combine_chunks())


def write(landing: Path, file: LandingFile) -> int:
    """Write a file under a temporary name, then rename it; returns its size in bytes."""
    folder = landing / file.table / f"dt={EPOCH + timedelta(file.day)}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{file.name}.{'csv' if file.table in AS_CSV else 'parquet'}"
    partial = folder / f".{target.name}.partial"
    if file.table in AS_CSV:
        _write_csv(partial, file.rows)
    else:
        _write_parquet(partial, file.rows)
    if file.table in WITH_CONTROL:
        _write_control(folder / f"{target.name}.control.json", partial, file.rows)
    size = partial.stat().st_size
    os.replace(partial, target)
    return size


def _write_parquet(path: Path, rows: pa.Table) -> None:
    repeating = [name for name in rows.column_names if name in _REPEATING]
    parquet.write_table(rows, path, compression="zstd", use_dictionary=repeating, store_schema=False)


def _write_csv(path: Path, rows: pa.Table) -> None:
    seconds = [
        pc.strftime(column, "%Y-%m-%d %H:%M:%S") if pa.types.is_timestamp(column.type) else column
        for column in rows.cast(_in_seconds(rows.schema)).columns
    ]
    csv.write_csv(pa.table(seconds, rows.column_names), path, csv.WriteOptions(quoting_style="needed"))


def _in_seconds(schema: pa.Schema) -> pa.Schema:
    return pa.schema(
        [(f.name, pa.timestamp("s") if pa.types.is_timestamp(f.type) else f.type) for f in schema]
    )


def _write_control(path: Path, data: Path, rows: pa.Table) -> None:
    """The sidecar that comes before its file, so that a reader never sees the file without it."""
    control = {
        "rows": rows.num_rows,
        "amount_fen": pc.sum(rows["amount_fen"]).as_py() or 0,
        "sha256": hashlib.sha256(data.read_bytes()).hexdigest(),
    }
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(json.dumps(control) + "\n", encoding="utf-8")
    os.replace(partial, path)
