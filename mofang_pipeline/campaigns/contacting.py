"""Whether a list may be pushed for a campaign: its state, days, set, channel and organisation. Money is budget.py's."""

from datetime import date

from mofang_pipeline.campaigns.history import Known
from mofang_pipeline.campaigns.states import ZH
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.model import Rulebook

CONTACTED_WHILE = ("frozen", "live")


def require_contactable(
    each: Known, rulebook: Rulebook, *, set_id: str, channel: str, as_of: date, org_code: str
) -> None:
    """Refused with the first reason against such a list."""
    campaign, state = each.campaign, each.status.state
    if campaign.is_import:
        raise Refused(
            f"{campaign.id} was assigned elsewhere, and its customers are contacted there",
            f"{campaign.id} 为外部分组的活动，由外部触达",
        )
    if state not in CONTACTED_WHILE:
        raise Refused(
            f"{campaign.id} is {state}; lists are pushed while it is frozen or live",
            f"{campaign.id} 当前为{ZH[state]}，仅在已冻结或进行中可推送",
        )
    frozen_on = date.fromisoformat(each.status.frozen["frozen_on"])
    if not frozen_on <= as_of <= campaign.last:
        raise Refused(
            f"{campaign.id}: {as_of} is not between {frozen_on}, when its audience was fixed, and"
            f" {campaign.last}, its end",
            f"{campaign.id}：{as_of} 不在名单固定日 {frozen_on} 至活动结束日 {campaign.last} 之间",
        )
    for said, planned, en, zh in (
        (set_id, campaign.set_name, "set", "客群集"),
        (channel, campaign.channel, "channel", "渠道"),
    ):
        if planned is not None and said != planned:
            raise Refused(
                f"{campaign.id} is planned for {en} {planned}, not {said}",
                f"{campaign.id} 方案中的{zh}为 {planned}，而非 {said}",
            )
    if campaign.org_code not in rulebook.lineage(org_code):
        raise Refused(
            f"{campaign.id} belongs to {campaign.org_code}; {org_code} is not below it",
            f"{campaign.id} 属于 {campaign.org_code}，{org_code} 不在其下",
        )
