"""The one log of what people did: append-only, each entry chained to the one before by its hash.

Here: adding, reading and verifying entries. Not here: what they mean.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mofang_pipeline.refusals import Refused

WRITER_LOCK = 7_460_004  # advisory lock of the one that appends
COLUMNS = "seq, recorded_at, actor, action, subject, org_code, payload, previous_hash, hash"


@dataclass(frozen=True)
class Entry:
    """One action. `seq` counts from 1 without a gap; `recorded_at` (UTC) never runs backwards."""

    seq: int
    recorded_at: datetime
    actor: str
    action: str
    subject: str
    org_code: str | None
    payload: dict[str, Any]
    previous_hash: str
    hash: str = ""


def append(
    engine: sa.Engine,
    *,
    actor: str,
    action: str,
    subject: str,
    org_code: str | None = None,
    payload: dict[str, Any],
    expect: int | None = None,
) -> Entry:
    """Adds one entry and returns it.

    `expect` is the seq of the last entry about `subject` that the caller knows of (0: none); if there is a newer
    one, somebody else was faster and this is Refused. Entries of another kind (`set.`, `campaign.`, ...) that happen
    to have a subject of that name do not count. `payload` is JSON: text, whole numbers, finite floats, ...
    """
    _require_text(actor=actor, action=action, subject=subject)
    with engine.begin() as connection:
        # Freed with the transaction: whoever waits here reads the head that this one leaves.
        connection.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": WRITER_LOCK})
        if expect is not None:
            _require_last(connection, action.split(".")[0], subject, expect)
        seq, previous_hash, now = connection.execute(_END).one()
        entry = Entry(seq + 1, now.astimezone(UTC), actor, action, subject, org_code, payload, previous_hash)
        entry = replace(entry, hash=digest(entry, canonical(payload)))
        connection.execute(_INSERT, {**vars(entry), "payload": canonical(payload)})
        connection.execute(_MOVE_HEAD, {"seq": entry.seq, "hash": entry.hash})
    return entry


def entries(
    engine: sa.Engine, *, actions: Sequence[str] = (), subject: str | None = None, through: int | None = None
) -> list[Entry]:
    """Entries in order: of these actions (none: all), about this subject, up to seq `through` inclusive."""
    query = sa.text(
        f"select {COLUMNS} from log_entry where (:all_actions or action = any(:actions))"
        " and (cast(:subject as text) is null or subject = :subject)"
        " and (cast(:through as bigint) is null or seq <= :through) order by seq"
    )
    values = {
        "all_actions": not actions,
        "actions": list(actions),
        "subject": subject,
        "through": through,
    }
    with engine.connect() as connection:
        return [_entry(row)[0] for row in connection.execute(query, values)]


def newest(engine: sa.Engine, *, actions: Sequence[str]) -> int:
    """The seq of the newest entry of these actions; 0 for none."""
    query = sa.text("select coalesce(max(seq), 0) from log_entry where action = any(:actions)")
    with engine.connect() as connection:
        return int(connection.execute(query, {"actions": list(actions)}).scalar_one())


def head(engine: sa.Engine) -> tuple[int, str]:
    """(seq, hash) of the newest entry; (0, '') for none. Noted elsewhere, it vouches for all before it."""
    with engine.connect() as connection:
        return tuple(connection.execute(sa.text("select seq, hash from log_head")).one())


def verify(engine: sa.Engine) -> list[str]:
    """Every entry that was edited, deleted or put in, one line each; empty when the log is whole."""
    with engine.connect() as connection:
        kept = [
            _entry(row)
            for row in connection.execute(sa.text(f"select {COLUMNS} from log_entry order by seq"))
        ]
        end: tuple[int, str] = tuple(connection.execute(sa.text("select seq, hash from log_head")).one())
    return list(_faults(kept, end))


def _faults(kept: Sequence[tuple[Entry, str]], end: tuple[int, str]) -> Iterator[str]:
    seq, previous = 0, ""
    for entry, payload in kept:
        yield from _missing(seq + 1, entry.seq - 1)
        if digest(entry, payload) != entry.hash:
            yield f"entry {entry.seq} ({entry.action} {entry.subject}) was edited: it does not match its hash"
        elif entry.seq == seq + 1 and entry.previous_hash != previous:
            yield f"entry {entry.seq} ({entry.action} {entry.subject}) does not follow entry {seq}"
        seq, previous = entry.seq, entry.hash
    yield from _missing(seq + 1, end[0])
    if seq > end[0]:
        yield f"entries {end[0] + 1} to {seq} are beyond the log's head"
    elif seq == end[0] and previous != end[1]:
        yield f"entry {seq} does not match the log's head"


def _missing(first: int, last: int) -> Iterator[str]:
    if first == last:
        yield f"entry {first} was deleted"
    elif first < last:
        yield f"entries {first} to {last} were deleted"


def digest(entry: Entry, payload: str) -> str:
    """SHA-256 of everything in the entry but the hash itself; `payload` as it is stored."""
    told = [entry.seq, entry.recorded_at.isoformat(), entry.actor, entry.action, entry.subject]
    return hashlib.sha256(
        json.dumps([*told, entry.org_code, payload, entry.previous_hash]).encode()
    ).hexdigest()


def canonical(payload: dict[str, Any]) -> str:
    """The one way to write a payload: sorted keys, no spaces, no NaN; what JSON cannot hold is a TypeError."""
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _entry(row: Any) -> tuple[Entry, str]:
    """The entry, and its payload as stored. A payload made unreadable by an edit is shown as such."""
    values = row._asdict()
    stored = values["payload"]
    try:
        payload = json.loads(stored)
    except ValueError:
        payload = {"unreadable": stored}
    return Entry(**{**values, "recorded_at": row.recorded_at.astimezone(UTC), "payload": payload}), stored


def _require_text(**fields: str) -> None:
    for name, value in fields.items():
        if not value.strip() or not value.isprintable():
            raise Refused(f"{name} {value!r} is empty or not printable text", f"{name} 为空或含不可见字符")


def _require_last(connection: sa.Connection, kind: str, subject: str, expect: int) -> None:
    last = connection.execute(
        sa.text(
            "select coalesce(max(seq), 0) from log_entry"
            " where subject = :subject and split_part(action, '.', 1) = :kind"
        ),
        {"subject": subject, "kind": kind},
    ).scalar_one()
    if last != expect:
        raise Refused(
            f"{subject} was changed meanwhile (entry {last}); look at it again and repeat",
            f"{subject} 刚刚已被他人修改（第 {last} 条），请查看后重试",
        )


# The newest entry, and a time that is never before the newest entry's.
_END = sa.text(
    "select head.seq, head.hash, greatest(clock_timestamp(), last.recorded_at) from log_head as head"
    " left join log_entry as last on head.seq = last.seq"
)
_INSERT = sa.text(
    f"insert into log_entry ({COLUMNS}) values"
    " (:seq, :recorded_at, :actor, :action, :subject, :org_code, :payload, :previous_hash, :hash)"
)
_MOVE_HEAD = sa.text("update log_head set seq = :seq, hash = :hash")
