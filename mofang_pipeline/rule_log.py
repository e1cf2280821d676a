"""Changes of rules as entries of the log: how they are written there and what they come to.

A change of the rulebook's files is one entry with all of the files, and is in force at once: files are reviewed in
git. A change by a person is proposed, and in force once another has approved it. Pure over entries; who may do what
is decided in rule_actions.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from mofang_pipeline.control.log import Entry
from mofang_pipeline.rulebook.history import Change, standing, with_values
from mofang_pipeline.rulebook.model import Rulebook, Scalar
from mofang_pipeline.rulebook.read import INHERIT
from mofang_pipeline.rulebook.texts import rulebook_of

FILES_CHANGED = "rulebook.changed"
PROPOSED, APPROVED, REJECTED = "parameter.proposed", "parameter.approved", "parameter.rejected"
ACTIONS = (FILES_CHANGED, PROPOSED, APPROVED, REJECTED)
IN_FORCE = (FILES_CHANGED, APPROVED)
FILES_SUBJECT = "rulebook"


@dataclass(frozen=True)
class Recorded:
    """A change with who made it, who approved it, and since when it is known.

    `change_id` is the entry that proposed it, `seq` the one that put it in force (None: not, or not yet), and
    `recorded_at` that entry's time. `status`: approved, proposed or rejected.
    """

    change: Change
    change_id: int
    seq: int | None
    status: str
    proposed_at: datetime
    recorded_at: datetime
    changed_by: str
    approved_by: str | None
    reason: str


@dataclass(frozen=True)
class Rules:
    """The rulebook that the log gave after entry `seq`."""

    seq: int
    rulebook: Rulebook


def recorded(entries: Iterable[Entry]) -> list[Recorded]:
    """Every change in the order in which it came into force; those that did not come last."""
    found: list[Recorded] = []
    open_: dict[int, Entry] = {}
    rejected: list[Recorded] = []
    for entry in entries:
        if entry.action == FILES_CHANGED:
            found += _of(entry, entry, "approved")
        elif entry.action == PROPOSED:
            open_[entry.seq] = entry
        elif entry.action == APPROVED:
            found += _of(open_.pop(entry.payload["proposal"]), entry, "approved")
        elif entry.action == REJECTED:
            rejected += _of(open_.pop(entry.payload["proposal"]), entry, "rejected")
    waiting = [each for entry in open_.values() for each in _of(entry, None, "proposed")]
    return found + rejected + waiting


def _of(proposal: Entry, decision: Entry | None, status: str) -> list[Recorded]:
    decided = decision or proposal
    return [
        Recorded(
            change=change_of(each),
            change_id=proposal.seq,
            seq=decided.seq if status == "approved" else None,
            status=status,
            proposed_at=proposal.recorded_at,
            recorded_at=decided.recorded_at,
            changed_by=proposal.actor,
            approved_by=decision.actor if decision and decision is not proposal else None,
            reason=proposal.payload["reason"],
        )
        for each in proposal.payload["changes"]
    ]


def rules_after(entries: Sequence[Entry]) -> Rules | None:
    """What these entries come to; None before the rulebook's files were first recorded.

    The same history gives the same object: the newest entry's hash stands for all before it.
    """
    files = [entry for entry in entries if entry.action == FILES_CHANGED]
    if not files:
        return None
    newest = [entry for entry in entries if entry.action in IN_FORCE][-1]
    if newest.hash not in _MADE:
        values = standing(each.change for each in recorded(entries) if each.seq is not None)
        rulebook = with_values(read_texts(files[-1].payload["files"]), values)
        _MADE[newest.hash] = Rules(newest.seq, rulebook)
        for forgotten in list(_MADE)[:-MADE_KEPT]:
            del _MADE[forgotten]
    return _MADE[newest.hash]


MADE_KEPT = 64
_MADE: dict[str, Rules] = {}


def read_texts(files: Mapping[str, str]) -> Rulebook:
    return _read(tuple(sorted(files.items())))


@lru_cache(maxsize=16)
def _read(files: tuple[tuple[str, str], ...]) -> Rulebook:
    return rulebook_of(dict(files))


def change_as_json(change: Change) -> dict[str, Any]:
    """Values as text, exactly as written, since JSON has no decimals."""
    return {
        "org_code": change.org_code,
        "parameter": change.parameter,
        "value": value_as_text(change.value),
        "effective_from": change.effective_from.isoformat() if change.effective_from else None,
        "withdrawn": change.withdrawn,
    }


def value_as_text(value: Scalar | None) -> str:
    return INHERIT if value is None else str(value)


def change_of(written: Mapping[str, Any]) -> Change:
    start = written["effective_from"]
    return Change(
        written["org_code"],
        written["parameter"],
        value_of(written["value"]),
        date.fromisoformat(start) if start else None,
        written["withdrawn"],
    )


def value_of(text: str) -> Scalar | None:
    if text == INHERIT:
        return None
    return Decimal(text) if "." in text else int(text)
