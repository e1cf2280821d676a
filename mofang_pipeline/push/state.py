"""Which pushes there are and how far each has come, folded from the log.

Entries, with the push as subject: `push.begun` (payload: key, manifest) once the list is fixed, `push.handed_over`
(payload: destination) once its manifest is at the receiver's.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from mofang_pipeline.control import log
from mofang_pipeline.push.model import Key

ACTIONS = ("push.begun", "push.handed_over")


@dataclass(frozen=True)
class Push:
    key: Key
    manifest: Mapping[str, Any]
    pushed_by: str
    destinations: tuple[str, ...] = ()

    @property
    def expires_on(self) -> date:
        return date.fromisoformat(self.manifest["expires_on"])

    @property
    def status(self) -> str:
        return "handed_over" if self.destinations else "begun"


def read(engine: sa.Engine) -> dict[str, Push]:
    return fold(log.entries(engine, actions=ACTIONS))


def fold(entries: Iterable[log.Entry]) -> dict[str, Push]:
    """Push id -> push, in the order of beginning. Pure."""
    pushes: dict[str, Push] = {}
    for entry in entries:
        if entry.action == "push.begun":
            pushes[entry.subject] = Push(_key(entry.payload["key"]), entry.payload["manifest"], entry.actor)
        else:
            before = pushes[entry.subject]
            places = dict.fromkeys((*before.destinations, entry.payload["destination"]))
            pushes[entry.subject] = replace(before, destinations=tuple(places))
    return pushes


def _key(document: Mapping[str, Any]) -> Key:
    return Key(
        set_id=document["set"],
        version=document["set_version"],
        channel=document["channel"],
        as_of=date.fromisoformat(document["as_of"]),
        org_code=document["org"],
        campaign=document["campaign"],
    )
