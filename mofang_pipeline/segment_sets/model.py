"""What a segment set is: frozen values and nothing else."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

KINDS = ("rolling", "frozen")


@dataclass(frozen=True)
class Flow:
    """Who was in `from_segment` so many days before and is in `to_segment` on the day: a link of the Sankey."""

    from_segment: str
    to_segment: str
    days: int


@dataclass(frozen=True)
class Definition:
    """A set as written. `as_of` is the day on which a frozen set's members are fixed, None for a rolling one."""

    set_id: str
    zh: str
    en: str
    owner_org: str
    owner_user: str
    kind: str
    members: str | None = None
    where: str | None = None
    flow: Flow | None = None
    as_of: date | None = None
    share_with: tuple[str, ...] = ()
    expires_on: date | None = None

    @cached_property
    def document(self) -> dict[str, Any]:
        """The definition as rulebook/segment_sets.yaml would have it, for the log, without empty keys."""
        flow = self.flow and {
            "from_segment": self.flow.from_segment, "to_segment": self.flow.to_segment, "days": self.flow.days,
        }  # fmt: skip
        content = {
            "set": self.set_id,
            "zh": self.zh,
            "en": self.en,
            "owner": {"org": self.owner_org, "user": self.owner_user},
            "kind": self.kind,
            "members": self.members,
            "where": self.where,
            "flow": flow,
            "as_of": self.as_of and self.as_of.isoformat(),
            "share_with": list(self.share_with),
            "expires_on": self.expires_on and self.expires_on.isoformat(),
        }
        return {key: value for key, value in content.items() if value not in (None, [])}

    @cached_property
    def content_hash(self) -> str:
        """16 hexadecimal digits; the same definition has the same everywhere."""
        canonical = json.dumps(self.document, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @property
    def organisations(self) -> tuple[str, ...]:
        """Those whose customers the set may hold: the owner's, then those that it is shared with."""
        return tuple(dict.fromkeys((self.owner_org, *self.share_with)))

    def expired(self, day: date) -> bool:
        return self.expires_on is not None and day > self.expires_on


@dataclass(frozen=True)
class Version:
    """One version of a set: numbered from 1, never changed afterwards."""

    number: int
    definition: Definition
    saved_by: str
    saved_at: str
    origin: str

    @property
    def name(self) -> str:
        return f"{self.definition.set_id} v{self.number}"
