"""The log as the lake publishes it: mart.parameter_change and mart.audit_log.

The published copy also vouches for the log: an entry that was changed or cut off afterwards no longer agrees with it.
No payload is published, and long numbers in free text are masked, so nothing here tells of a customer.
"""

import re
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.control.log import Entry
from mofang_pipeline.home import Home
from mofang_pipeline.rule_log import ACTIONS, recorded, value_as_text

Row = tuple[Any, ...]
LONG_NUMBER = re.compile(r"[0-9]{11,}")
COLUMNS = {
    "parameter_change": (
        "change_id", "seq", "status", "org_code", "parameter", "value", "effective_from", "withdrawn",
        "proposed_at", "recorded_at", "changed_by", "approved_by", "reason",
    ),
    "audit_log": (
        "seq", "recorded_at", "actor", "action", "subject", "org_code", "reason", "previous_hash", "hash",
    ),
}  # fmt: skip


def rows(home: Home, table: str) -> list[Row]:
    """The rows of one of the two tables as the log has them at this moment."""
    database = engine(home)
    if table == "parameter_change":
        return parameter_changes(log.entries(database, actions=ACTIONS))
    return audit_rows(log.entries(database))


def write(connection: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Brings both tables up to date; mart.audit_log is only added to."""
    published.replace_all(connection, "mart.parameter_change", rows(home, "parameter_change"))
    last = connection.execute("select coalesce(max(seq), 0) from mart.audit_log").fetchone()
    fresh = [row for row in rows(home, "audit_log") if last is not None and row[0] > last[0]]
    published.insert_rows(connection, "mart.audit_log", fresh)


def parameter_changes(entries: Sequence[Entry]) -> list[Row]:
    return [
        (
            each.change_id,
            each.seq,
            each.status,
            each.change.org_code,
            each.change.parameter,
            None if each.change.withdrawn else value_as_text(each.change.value),
            each.change.effective_from,
            each.change.withdrawn,
            _utc(each.proposed_at),
            _utc(each.recorded_at),
            each.changed_by,
            each.approved_by,
            each.reason,
        )
        for each in recorded(entries)
    ]


def audit_rows(entries: Sequence[Entry]) -> list[Row]:
    return [
        (
            entry.seq,
            _utc(entry.recorded_at),
            entry.actor,
            entry.action,
            _masked(entry.subject),
            entry.org_code,
            _masked(str(entry.payload.get("reason") or "")),
            entry.previous_hash,
            entry.hash,
        )
        for entry in entries
    ]


def problems(home: Home) -> list[str]:
    """What is wrong with the log, by itself and against its published copy; one line each."""
    database = engine(home)
    found = log.verify(database)
    hashes = {entry.seq: entry.hash for entry in log.entries(database)}
    for seq, known in _published_hashes(home):
        named = any(re.search(rf"\b{seq}\b", line) for line in found)
        if seq not in hashes and not named:
            found.append(f"entry {seq} was deleted: its published copy is in mart.audit_log")
        elif seq in hashes and hashes[seq] != known and not named:
            found.append(f"entry {seq} was edited: its published copy in mart.audit_log differs")
    return found


def _published_hashes(home: Home) -> list[tuple[int, str]]:
    if not any(home.lake.iterdir()):
        return []
    with closing(lake.connect(home, read_only=True)) as connection:
        try:
            return connection.execute("select seq, hash from mart.audit_log order by seq").fetchall()
        except duckdb.CatalogException:  # nothing was ever published
            return []


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _masked(text: str) -> str | None:
    return LONG_NUMBER.sub("***", text) or None
