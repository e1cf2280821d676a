"""What names a push, and the arithmetic of its funnel. Frozen values and nothing else."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

PUSHED = "pushed"
REASONS = ("no_consent", "do_not_contact", "frequency_cap", "higher_priority", "holdout")


@dataclass(frozen=True)
class Key:
    """Set version x channel x as-of day, for an organisation's customers (and a campaign): one list, for ever."""

    set_id: str
    version: int
    channel: str
    as_of: date
    org_code: str
    campaign: str | None = None

    @cached_property
    def push_id(self) -> str:
        """The same on every machine, and safe as a name of a folder."""
        whole = json.dumps([*self.document.values()], ensure_ascii=True)
        digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
        return f"{self.set_id}-v{self.version}-{self.channel}-{self.as_of:%Y%m%d}-{digest}"

    @cached_property
    def document(self) -> dict[str, Any]:
        return {
            "set": self.set_id,
            "set_version": self.version,
            "channel": self.channel,
            "as_of": self.as_of.isoformat(),
            "org": self.org_code,
            "campaign": self.campaign,
        }


@dataclass(frozen=True)
class Funnel:
    """Candidates, and how many of them were left out for each reason; the rest is pushed."""

    candidates: int
    left_out: Mapping[str, int]
    pushed: int

    @cached_property
    def document(self) -> dict[str, int]:
        return {"candidates": self.candidates, **self.left_out, "pushed": self.pushed}


def funnel(outcomes: Mapping[str, int]) -> Funnel:
    """The funnel of (outcome -> customers); ValueError for an outcome that it has no place for."""
    if unknown := set(outcomes) - {*REASONS, PUSHED}:
        raise ValueError(f"no place in the funnel for {', '.join(sorted(unknown))}")
    left_out = {reason: outcomes.get(reason, 0) for reason in REASONS}
    return Funnel(sum(outcomes.values()), left_out, outcomes.get(PUSHED, 0))


def outcome(*, consents: bool, blocked: bool, contacts: int, cap: int, claimed: bool, held_out: bool) -> str:
    """What becomes of a candidate: the first reason that fits, in the order of the funnel. The twin of the SQL."""
    fits = (not consents, blocked, 0 < cap <= contacts, claimed, held_out)
    return next((reason for reason, fit in zip(REASONS, fits, strict=True) if fit), PUSHED)
