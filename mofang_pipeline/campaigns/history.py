"""The log of campaigns: what is read from it, and how a step is added."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mofang_pipeline.campaigns.states import ACTIONS, ADVANCED, Status, after, fold
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.campaign import FOLDER, Campaign
from mofang_pipeline.rulebook.check_campaigns import campaign_problems
from mofang_pipeline.rulebook.model import Rulebook, RulebookError
from mofang_pipeline.rulebook.read_campaigns import campaign_of, campaigns_in

NIGHT = "mofang"  # the actor of what no person does


@dataclass(frozen=True)
class Known:
    """A campaign as it holds, what the log says of it, whether it was planned anew since it was frozen, what ails it.

    `is_saved`: it holds as somebody saved it in the portal, not as a file has it.
    """

    campaign: Campaign
    status: Status
    changed: bool = False
    problem: str | None = None
    is_saved: bool = False


def written_campaigns(home: Home, rulebook: Rulebook) -> dict[str, Campaign]:
    """The campaigns of the rulebook's files, by id. Raises RulebookError with every problem of theirs.

    From the files and not from `rulebook`, which may be an earlier one: a campaign keeps its own history in the log.
    """
    written = campaigns_in(home.rulebook)
    if problems := list(campaign_problems(replace(rulebook, campaigns=written))):
        raise RulebookError(problems)
    return {each.id: each for each in written}


def known_campaigns(home: Home, rulebook: Rulebook) -> dict[str, Known]:
    """Every campaign of the rulebook and the portal, those that are frozen with the plan that was frozen.

    What the portal saved stands until the file's plan changes. A frozen campaign whose file was taken away is among
    them still, as changed.
    """
    told: dict[str, list[log.Entry]] = defaultdict(list)
    for entry in log.entries(engine(home), actions=ACTIONS):
        told[entry.subject].append(entry)
    written = written_campaigns(home, rulebook)
    found = {}
    for name in sorted({*written, *told}):
        file = written.get(name)
        status = fold(told[name], file.maker if file else None)
        if each := _known(home, rulebook, name, file, status):
            found[name] = each
    return found


def known(home: Home, rulebook: Rulebook, campaign_id: str) -> Known:
    found = known_campaigns(home, rulebook)
    if campaign_id not in found:
        listed = ", ".join(found) or "none"
        raise Refused(
            f"there is no campaign {campaign_id!r}; there are: {listed}",
            f"没有活动 {campaign_id!r}；现有：{listed}",
        )
    return found[campaign_id]


def _known(home: Home, rulebook: Rulebook, name: str, file: Campaign | None, status: Status) -> Known | None:
    """None: neither a file nor the portal has it any more, and it was never frozen."""
    is_saved = bool(status.saved) and status.saved_over == (file.plan_hash if file else None)
    written = planned(home, name, status.saved) if is_saved else file
    if written is not None and not written.org_code:
        written = replace(written, org_code=rulebook.head_office.org_code)
    if status.is_frozen:
        held = planned(home, name, status.frozen["plan"])
        if written is None:
            return Known(held, status, changed=True)
        changed = held.plan_hash != written.plan_hash
        return Known(replace(held, zh=written.zh, en=written.en), status, changed, is_saved=is_saved)
    if written is None:
        return None
    problem = first_problem(rulebook, written) if is_saved else None  # of a file they are told before this
    return Known(written, status, problem=problem, is_saved=is_saved)


def first_problem(rulebook: Rulebook, campaign: Campaign) -> str | None:
    """What is wrong with the campaign by the rules of today, in both languages."""
    found = next(campaign_problems(replace(rulebook, campaigns=(campaign,))), None)
    return None if found is None else f"{found.subject}: {found.en} / {found.zh}"


def planned(home: Home, name: str, plan: Mapping[str, Any]) -> Campaign:
    """The campaign of a plan as the log keeps it."""
    document = json.loads(json.dumps(plan), parse_float=Decimal)
    return campaign_of(document, home.rulebook / FOLDER / f"{name}.yaml")


def status_of(home: Home, campaign_id: str) -> Status:
    """What the log says of the campaign, if only that it was thrown away once."""
    return fold(log.entries(engine(home), actions=ACTIONS, subject=campaign_id))


def record(home: Home, of: Known, target: str, actor: str, details: Mapping[str, Any] | None = None) -> Known:
    """Adds the step to `target` to the log; returns the campaign with its new status."""
    return add(home, of, ADVANCED, actor, {"from": of.status.state, "to": target, **(details or {})})


def add(home: Home, of: Known, action: str, actor: str, payload: dict[str, Any]) -> Known:
    """Adds an entry about the campaign; Refused if somebody was faster. Returns it with its new status."""
    entry = log.append(
        engine(home),
        actor=actor,
        action=action,
        subject=of.campaign.id,
        org_code=of.campaign.org_code,
        payload=payload,
        expect=of.status.seq,
    )
    return replace(of, status=after(of.status, entry))
