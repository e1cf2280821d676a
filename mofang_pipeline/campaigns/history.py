"""The log of campaigns: what is read from it, and how a step is added."""

import json
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from mofang_pipeline.campaigns.states import ACTION, Status, after, fold
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
    """A campaign as it holds, what the log says of it, whether its file says something else by now, what ails it."""

    campaign: Campaign
    status: Status
    changed: bool = False
    problem: str | None = None


def written_campaigns(home: Home, rulebook: Rulebook) -> dict[str, Campaign]:
    """The campaigns of the rulebook's files, by id. Raises RulebookError with every problem of theirs.

    From the files and not from `rulebook`, which may be an earlier one: a campaign keeps its own history in the log.
    """
    written = campaigns_in(home.rulebook)
    if problems := list(campaign_problems(replace(rulebook, campaigns=written))):
        raise RulebookError(problems)
    return {each.id: each for each in written}


def known_campaigns(home: Home, rulebook: Rulebook) -> dict[str, Known]:
    """Every campaign of the rulebook, those that are frozen with the plan that was frozen.

    A frozen campaign whose file was taken away is among them still, as changed.
    """
    told: dict[str, list[log.Entry]] = defaultdict(list)
    for entry in log.entries(engine(home), actions=(ACTION,)):
        told[entry.subject].append(entry)
    written = written_campaigns(home, rulebook)
    found = {
        name: _known(home, rulebook, each, fold(told[name], each.maker)) for name, each in written.items()
    }
    for name in sorted(set(told) - set(written)):
        status = fold(told[name])
        if status.is_frozen:
            found[name] = Known(_held(home, name, status), status, changed=True)
    return found


def known(home: Home, rulebook: Rulebook, campaign_id: str) -> Known:
    found = known_campaigns(home, rulebook)
    if campaign_id not in found:
        listed = ", ".join(found) or "none"
        raise Refused(
            f"there is no campaign {campaign_id!r} in rulebook/campaigns; there are: {listed}",
            f"rulebook/campaigns 中没有活动 {campaign_id!r}；现有：{listed}",
        )
    return found[campaign_id]


def _known(home: Home, rulebook: Rulebook, written: Campaign, status: Status) -> Known:
    written = written if written.org_code else replace(written, org_code=rulebook.head_office.org_code)
    if not status.is_frozen:
        return Known(written, status)
    held = _held(home, written.id, status)
    return Known(replace(held, zh=written.zh, en=written.en), status, held.plan_hash != written.plan_hash)


def _held(home: Home, campaign_id: str, status: Status) -> Campaign:
    """The campaign as it was frozen."""
    document = json.loads(json.dumps(status.frozen["plan"]), parse_float=Decimal)
    return campaign_of(document, home.rulebook / FOLDER / f"{campaign_id}.yaml")


def record(home: Home, of: Known, target: str, actor: str, details: dict[str, Any] | None = None) -> Known:
    """Adds the step to the log; Refused if somebody was faster. Returns the campaign with its new status."""
    entry = log.append(
        engine(home),
        actor=actor,
        action=ACTION,
        subject=of.campaign.id,
        org_code=of.campaign.org_code,
        payload={"from": of.status.state, "to": target, **(details or {})},
        expect=of.status.seq,
    )
    return replace(of, status=after(of.status, entry.actor, entry.payload, entry.seq))
