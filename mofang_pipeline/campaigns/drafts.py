"""Planning a campaign in the portal: saved, handed in for approval, thrown away, all while it is a draft.

The same checks as for a file of rulebook/campaigns. What is saved stands in for the file, if there is one, until the
file's own plan changes. A trial that was assigned elsewhere comes with its list and is planned in its file.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from mofang_pipeline import rules
from mofang_pipeline.campaigns.actions import require_set, tell_the_lake
from mofang_pipeline.campaigns.history import (
    Known,
    add,
    known,
    known_campaigns,
    status_of,
    written_campaigns,
)
from mofang_pipeline.campaigns.states import DISCARDED, SAVED, SUBMITTED, ZH
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, RulebookError
from mofang_pipeline.rulebook.campaign import FOLDER, Campaign
from mofang_pipeline.rulebook.check_campaigns import campaign_problems
from mofang_pipeline.rulebook.read_campaigns import campaign_of


def save(home: Home, *, actor: str, org_code: str, document: Mapping[str, Any]) -> Known:
    """The campaign as planned in `document` (the keys of a file); who saves it is its maker and may not approve it.

    `org_code`: the actor's own; it plans its campaigns and those of organisations below it. Refused with everything
    that is wrong, or where the campaign is a draft no more.
    """
    rulebook = rules.in_force(home)
    campaign = _sound(home, rulebook, document)
    before = known_campaigns(home, rulebook).get(campaign.id)
    for owner in dict.fromkeys(
        [campaign.org_code, before.campaign.org_code if before else campaign.org_code]
    ):
        if org_code not in rulebook.lineage(owner):
            raise Refused(
                f"campaign {campaign.id} belongs to {owner}; {org_code} may not plan it",
                f"活动 {campaign.id} 属于 {owner}，{org_code} 不能编制",
            )
    require_set(home, rulebook, campaign)
    if before is None:
        before = Known(campaign, status_of(home, campaign.id))
    _require_draft(before)
    file = written_campaigns(home, rulebook).get(campaign.id)
    payload = {"plan": campaign.document, "over": file.plan_hash if file else None}
    saved = add(home, before, SAVED, actor, payload)
    tell_the_lake(home, rulebook)
    return replace(saved, campaign=campaign, is_saved=True)


def submit(home: Home, campaign_id: str, *, by: str) -> Known:
    """Handed in for approval: seen by who may approve. Who hands in may not approve either."""
    each = known(home, rules.in_force(home), campaign_id)
    _require_draft(each)
    if each.problem:
        raise Refused(*each.problem.split(" / ", 1))
    return add(home, each, SUBMITTED, by, {"plan_hash": each.campaign.plan_hash})


def discard(home: Home, campaign_id: str, *, by: str) -> None:
    """Throws away what was saved in the portal; a campaign that has a file is as the file says again."""
    rulebook = rules.in_force(home)
    each = known(home, rulebook, campaign_id)
    _require_draft(each)
    if not each.is_saved:
        raise Refused(
            f"{campaign_id} is written in rulebook/{each.campaign.file}; take it away there",
            f"{campaign_id} 写在 rulebook/{each.campaign.file} 中，请在文件中删除",
        )
    add(home, each, DISCARDED, by, {})
    tell_the_lake(home, rulebook)


def _sound(home: Home, rulebook: Rulebook, document: Mapping[str, Any]) -> Campaign:
    """The campaign of the document, with its organisation. Refused with all that is wrong in it."""
    exact = json.loads(json.dumps(document, default=float), parse_float=Decimal)  # 0.1 and no nearer
    try:
        found = campaign_of(exact, home.rulebook / FOLDER / f"{document.get('campaign')}.yaml")
        if found.is_import:
            raise Refused(
                "a list that was assigned elsewhere is planned in a file beside it",
                "外部分组的名单请在规则库文件中登记",
            )
        if not found.org_code:
            found = replace(found, org_code=rulebook.head_office.org_code)
        if problems := list(campaign_problems(replace(rulebook, campaigns=(found,)))):
            raise RulebookError(problems)
    except RulebookError as error:
        raise Refused(
            "; ".join(f"{each.subject}: {each.en}" for each in error.problems),
            "；".join(f"{each.subject}：{each.zh}" for each in error.problems),
        ) from None
    return found


def _require_draft(each: Known) -> None:
    state = each.status.state
    if state != "draft":
        raise Refused(
            f"it is {state}; only a draft is changed (an approved one is taken back to draft first)",
            f"当前为{ZH[state]}，仅草稿可以修改（已审批的请先退回草稿）",
        )
