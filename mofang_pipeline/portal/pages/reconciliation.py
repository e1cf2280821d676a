"""Rewards that do not agree: classes and ages, the list of breaks, matches to confirm; deciding is decisions.py's.

A branch sees the campaigns of its own organisation and below; head office all, those that nobody laid down too.
"""

from collections.abc import Callable
from datetime import date

from mofang_pipeline.control.log import Entry
from mofang_pipeline.portal.asked import Answer, Asked, Forbidden, Malformed, get, post
from mofang_pipeline.reconciliation import decisions, work_list
from mofang_pipeline.reconciliation.classes import BREAKS, CLASSES
from mofang_pipeline.reconciliation.decisions import RESOLUTIONS, Choice
from mofang_pipeline.reconciliation.work_list import Scope

DAYS = "select day from int.computed_day where kind = 'reconciled' order by day desc limit 60"
ORGANISATION = "select level from mart.organisation where org_code = $org"
VISIBLE = "select distinct campaign from mart.campaign where list_contains($orgs, org_code) order by campaign"
COUNTED = """
    select distinct counted.campaign, coalesce(campaign.zh, counted.campaign) as name_zh,
        coalesce(campaign.en, counted.campaign) as name_en, campaign.org_code
    from mart.campaign_reconciliation as counted
    left join mart.campaign as campaign on counted.campaign = campaign.campaign
    where counted.day = $day order by counted.campaign
"""
SHOWN = 500  # breaks listed; the sums and ages are of all


def overview(asked: Asked) -> Answer:
    """What was found on the day: sums of every class, ages of the breaks, matches to confirm."""
    days = [row["day"] for row in asked.rows(DAYS)]
    if not days:
        return {"day": None, "days": []}
    scope = _scope(asked, days)
    with asked.lake.cursor() as cursor:
        return {
            "day": scope.day,
            "days": days,
            "campaigns": _named(asked, scope),
            "classes": [vars(each) for each in CLASSES],
            "resolutions": [{"name": name, "zh": zh, "en": en} for name, (zh, en) in RESOLUTIONS.items()],
            "sums": work_list.sums(cursor, scope),
            "ages": work_list.ages(cursor, scope),
            "matches": work_list.suggestions(cursor, scope),
            "confirmed": [
                {
                    "campaign": each.campaign,
                    "match_id": each.match_id,
                    "grants": each.grants,
                    "statements": each.statements,
                    "entries": each.entries,
                }
                for each in decisions.matches(decisions.read(asked.home))
                if each.holds(scope.day) and scope.has(each.campaign)
            ],
        }


def breaks(asked: Asked) -> Answer:
    """The day's breaks, the oldest and dearest first, as decided by now; how many there are beyond those shown."""
    days = [row["day"] for row in asked.rows(DAYS)]
    if not days:
        return {"breaks": [], "total": 0}
    wanted = asked.optional("class")
    if wanted is not None and wanted not in BREAKS:
        raise Malformed(f"class: {wanted} is no class of breaks", f"class：没有差异类别 {wanted}")
    with asked.lake.cursor() as cursor:
        found = work_list.breaks(
            cursor, decisions.read(asked.home), _scope(asked, days), (wanted,) if wanted else ()
        )
    if asked.optional("open") == "1":
        found = [each for each in found if each["resolution"] is None]
    return {"breaks": found[:SHOWN], "total": len(found)}


def decide(asked: Asked) -> Answer:
    campaign = _acted_on(asked)
    choice = Choice(asked.optional("owner"), asked.optional("resolution"), asked.optional("note"))
    entry = decisions.decide(
        asked.home, actor=asked.viewer.user, campaign=campaign, item_id=asked.text("item_id"), choice=choice
    )
    return {"seq": entry.seq}


def confirm(asked: Asked) -> Answer:
    return _of_match(asked, decisions.confirm)


def withdraw(asked: Asked) -> Answer:
    return _of_match(asked, decisions.withdraw)


def _of_match(asked: Asked, act: Callable[..., Entry]) -> Answer:
    entry = act(
        asked.home, actor=asked.viewer.user, campaign=_acted_on(asked), match_id=asked.text("match_id"),
        note=asked.optional("note") or "",
    )  # fmt: skip
    return {"seq": entry.seq}


def _scope(asked: Asked, days: list[str]) -> Scope:
    """The day asked for, the latest reconciled one by default, and the campaigns that the viewer may see of it."""
    wanted = asked.optional("day")
    if wanted is not None and wanted not in days:
        raise Malformed(
            f"{wanted} is not reconciled; choose another day", f"{wanted} 尚未对账，请选择其他日期"
        )
    return Scope(date.fromisoformat(wanted or days[0]), asked.optional("campaign"), _visible(asked))


def _visible(asked: Asked) -> list[str] | None:
    """The campaigns of the organisation asked for and below; None: all, for head office."""
    org = asked.org()
    if asked.rows(ORGANISATION, org=org) == [{"level": "hq"}]:
        return None
    return [row["campaign"] for row in asked.rows(VISIBLE, orgs=asked.orgs())]


def _named(asked: Asked, scope: Scope) -> Answer:
    """The campaigns to choose from."""
    seen = Scope(scope.day, None, scope.visible)
    return [row for row in asked.rows(COUNTED, day=scope.day) if seen.has(row["campaign"])]


def _acted_on(asked: Asked) -> str:
    campaign = asked.text("campaign")
    visible = _visible(asked)
    if visible is not None and campaign not in visible:
        raise Forbidden(f"campaign {campaign} is outside your scope", f"活动 {campaign} 不在您的权限范围内")
    return campaign


WAYS = [
    get("/overview", overview),
    get("/breaks", breaks),
    post("/decide", decide, "break.decide"),
    post("/confirm", confirm, "break.decide"),
    post("/withdraw", withdraw, "break.decide"),
]
