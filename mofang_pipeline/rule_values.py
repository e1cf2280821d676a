"""Which value of each parameter applied to an organisation on a day, as known at a time, and whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from mofang_pipeline import rules
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rule_log import ACTIONS, Recorded, recorded, rules_after
from mofang_pipeline.rulebook import resolved
from mofang_pipeline.rulebook.history import Key
from mofang_pipeline.rulebook.model import Parameter


@dataclass(frozen=True)
class Applied:
    """A parameter's value (as written: money in yuan) with the change that set it."""

    parameter: Parameter
    level: str
    org_code: str
    setting: Recorded


def applied(home: Home, org_code: str, day: date, known_at: datetime | None = None) -> list[Applied]:
    """Every parameter's value for the organisation on `day`, as known at `known_at` (with a zone) or now."""
    rules.current(home)
    entries = log.entries(engine(home), actions=ACTIONS)
    known = [entry for entry in entries if known_at is None or entry.recorded_at <= known_at]
    held = rules_after(known)
    if held is None:
        raise Refused(f"nothing was known yet at {known_at}", f"{known_at} 时尚无任何规则记录")
    if org_code not in held.rulebook.organisations:
        raise Refused(f"there is no organisation {org_code!r}", f"没有机构 {org_code!r}")
    settings = _standing(recorded(known))
    return [
        Applied(
            held.rulebook.tree.parameters[name],
            value.level,
            value.org_code,
            _setting(settings, value.org_code, name, day),
        )
        for name, value in resolved(held.rulebook, day)[org_code].items()
    ]


def _standing(changes: list[Recorded]) -> dict[Key, Recorded]:
    """The change that stands for each organisation, parameter and first day."""
    found: dict[Key, Recorded] = {}
    for each in changes:
        if each.seq is not None:
            found[each.change.key] = each
    return {key: each for key, each in found.items() if not each.change.withdrawn}


def _setting(settings: Mapping[Key, Recorded], org_code: str, name: str, day: date) -> Recorded:
    begun = [
        each
        for (code, parameter, start), each in settings.items()
        if (code, parameter) == (org_code, name) and (start or date.min) <= day
    ]
    return max(begun, key=lambda each: each.change.effective_from or date.min)
