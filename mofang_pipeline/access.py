"""Who may see and do what: the viewer, the roles and one table of actions.

Here: pure decisions from a role and an organisation, and when maker and checker are one. Not here: how a person logs in
(Superset does), and how a connection is scoped (superset/). Superset's environment imports this module too: only the
standard library.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

HQ_ANALYST, HQ_APPROVER = "hq_analyst", "hq_approver"
BRANCH_ANALYST, BRANCH_APPROVER = "branch_analyst", "branch_approver"
POSTAL, DATA_TEAM, AUDITOR, ADMIN = "postal", "data_team", "auditor", "admin"

# Role -> levels of the organisations for which it is given. ADMIN is Superset's own and never given here.
ROLES: Mapping[str, tuple[str, ...]] = {
    HQ_ANALYST: ("hq",),
    HQ_APPROVER: ("hq",),
    BRANCH_ANALYST: ("tier1", "tier2"),
    BRANCH_APPROVER: ("tier1", "tier2"),
    POSTAL: ("tier1",),  # the provincial postal company: aggregates of its province
    DATA_TEAM: ("hq",),
    AUDITOR: ("hq",),
}

_HQ = (HQ_ANALYST, HQ_APPROVER)
_ANALYSTS = (HQ_ANALYST, BRANCH_ANALYST)
_APPROVERS = (HQ_APPROVER, BRANCH_APPROVER)
_BUSINESS = (*_ANALYSTS, *_APPROVERS)

# Action -> roles, each within its own organisations. ADMIN may do all of them.
ACTIONS: Mapping[str, tuple[str, ...]] = {
    "numbers.read": (*_BUSINESS, POSTAL, DATA_TEAM),  # dashboards: aggregates
    "numbers.read_small": (*_HQ, DATA_TEAM),  # counts below settings.small_cell
    "quality.read": (*_BUSINESS, DATA_TEAM),  # data quality and freshness
    "parameter.read": (*_BUSINESS, DATA_TEAM, AUDITOR),
    "parameter.propose": _BUSINESS,
    "parameter.approve": _APPROVERS,
    "set.read": _BUSINESS,
    "set.save": _BUSINESS,
    "push.read": _BUSINESS,
    "push.begin": _BUSINESS,
    "campaign.read": _BUSINESS,
    "campaign.plan": _BUSINESS,
    "campaign.approve": _APPROVERS,
    "campaign.advance": _BUSINESS,
    "break.read": _BUSINESS,
    "break.decide": _BUSINESS,
    "pipeline.read": (DATA_TEAM,),  # Dagster
}


@dataclass(frozen=True)
class Viewer:
    """A person at work: the name in Superset, one role, the organisation it is held for, the language."""

    user: str
    role: str
    org_code: str
    language: Literal["zh", "en"] = "zh"


def may(viewer: Viewer, action: str) -> bool:
    """Whether the role allows the action, `below` its organisation. An action outside ACTIONS is a KeyError."""
    return viewer.role in ACTIONS[action] or viewer.role == ADMIN


def is_same_user(one: str, other: str | None) -> bool:
    """Whether two names as typed are one person's: who made something does not approve it under another spelling."""
    return other is not None and one.strip().casefold() == other.strip().casefold()


def sees_small_counts(viewer: Viewer) -> bool:
    return may(viewer, "numbers.read_small")


def below(org_code: str, parents: Mapping[str, str | None]) -> frozenset[str]:
    """`org_code` and what hangs under it, however deep: everything for head office, nothing for an unknown one.

    `parents` maps every organisation to the one above.
    """
    if org_code not in parents:
        return frozenset()
    found = {org_code}
    while more := {code for code, parent in parents.items() if parent in found} - found:
        found |= more
    return frozenset(found)
