"""Campaigns: the list, one with its funnel, cost, effects and transitions, the steps that people take, the report.

A branch sees the campaigns of its own organisation and below. Transitions of few customers are left out for those who
see no small counts.
"""

from typing import Any

from mofang_pipeline import rules
from mofang_pipeline.access import below
from mofang_pipeline.campaigns import actions
from mofang_pipeline.campaigns.history import Known, known_campaigns
from mofang_pipeline.campaigns.states import STATES, ZH
from mofang_pipeline.portal.asked import Answer, Asked, Download, Forbidden, Malformed, get, post
from mofang_pipeline.portal.small import threshold

BY_PEOPLE = ("draft", "frozen", "closed")  # and approved, which is another action
PRIMARY = """
    select campaign, arm, metric, method, effect, ci_low, ci_high, verdict, as_of
    from mart.campaign_effect where is_primary and method <> 'cuped' and list_contains($campaigns, campaign)
    order by campaign, arm
"""
AUDIENCES = """
    select campaign, count(*) as customers from mart.campaign_audience
    where list_contains($campaigns, campaign) group by campaign
"""
OF_ONE = {
    "effects": "select * from mart.campaign_effect where campaign = $campaign"
    " order by is_primary desc, is_guardrail, arm, metric, method",
    "arms": "select arm, count(*) as customers from mart.campaign_audience where campaign = $campaign"
    " group by arm order by arm",
    "left_out": "select reason, other_campaign, count(*) as customers from mart.campaign_left_out"
    " where campaign = $campaign group by reason, other_campaign order by customers desc",
    "funnel": "select arm, stage, customers from mart.campaign_funnel where campaign = $campaign order by arm, place",
    "roi": "select * from mart.campaign_roi where campaign = $campaign",
    "readings": "select day, arm, metric, effect, ci_low, ci_high from mart.campaign_reading"
    " where campaign = $campaign and method = 'raw' order by day",
    "spillover": "select * from mart.campaign_spillover where campaign = $campaign order by other_campaign, arm",
}
TRANSITIONS = """
    select arm, from_segment, to_segment, customers_treatment, customers_control, n_treatment, n_control,
        extra_customers, ci_low * n_treatment as extra_low, ci_high * n_treatment as extra_high
    from mart.campaign_transition
    where campaign = $campaign and horizon_days = 0
        and ($limit = 0 or (customers_treatment >= $limit and customers_control >= $limit))
    order by arm, from_segment, to_segment
"""
PARENTS = "select org_code, parent_code from mart.organisation"


def list_campaigns(asked: Asked) -> Answer:
    """Every campaign in the organisation's scope, with its state of this moment and its primary effect."""
    found = _visible(asked)
    names = list(found) or [""]
    effects = {row["campaign"]: row for row in asked.rows(PRIMARY, campaigns=names)}
    customers = {row["campaign"]: row["customers"] for row in asked.rows(AUDIENCES, campaigns=names)}
    return {
        "states": [{"name": name, "zh": ZH[name], "en": name} for name in STATES],
        "campaigns": [
            _head(each) | {"customers": customers.get(name), "effect": effects.get(name)}
            for name, each in sorted(found.items())
        ],
    }


def one(asked: Asked) -> Answer:
    """All that is known of one campaign; before it is frozen, the sample size that its plan needs."""
    each = _asked_for(asked)
    name = each.campaign.id
    need = None if each.status.is_frozen else actions.needed_now(asked.home, each)
    parts: dict[str, Any] = {part: asked.rows(query, campaign=name) for part, query in OF_ONE.items()}
    parts["transitions"] = asked.rows(TRANSITIONS, campaign=name, limit=threshold(asked) or 0)
    return _head(each) | parts | {
        "plan": each.campaign.document,
        "need": None if need is None else vars(need) | {"is_enough": need.is_enough},
        "approver": each.status.approver,
        "frozen_on": each.status.frozen.get("frozen_on"),
    }  # fmt: skip


def advance(asked: Asked) -> Answer:
    """A step that people take; approving is another action."""
    target = asked.text("to")
    if target not in BY_PEOPLE:
        raise Malformed(f"to: {target} is not for this button", f"to：不能通过此操作变为 {target}")
    return _step(asked, target)


def approve(asked: Asked) -> Answer:
    return _step(asked, "approved")


def report(asked: Asked) -> Answer:
    """The one-page report as a file, in the viewer's language."""
    from mofang_pipeline.campaigns.report import QUERIES, Found, page

    each = _asked_for(asked)
    limit = threshold(asked)
    with asked.lake.cursor() as cursor:
        found = Found.read(cursor, QUERIES, each.campaign.id, fewest=limit or 0)
    html = page(each, rules.in_force(asked.home), found, asked.viewer.language)
    return Download(f"{each.campaign.id}.html", "text/html; charset=utf-8", html.encode())


def _step(asked: Asked, target: str) -> Answer:
    each = _asked_for(asked)
    done = actions.advance(asked.home, each.campaign.id, target, by=asked.viewer.user)
    return {"state": done.status.state}


def _head(each: Known) -> dict[str, Any]:
    campaign = each.campaign
    return {
        "campaign": campaign.id,
        "name_zh": campaign.zh,
        "name_en": campaign.en,
        "org_code": campaign.org_code,
        "state": each.status.state,
        "maker": each.status.maker,
        "from_day": campaign.first.isoformat(),
        "to_day": campaign.last.isoformat(),
        "set_name": campaign.set_name,
        "budget_fen": campaign.budget_fen,
        "priority": campaign.priority,
        "changed": each.changed,
    }


def _visible(asked: Asked) -> dict[str, Known]:
    parents = {row["org_code"]: row["parent_code"] for row in asked.rows(PARENTS)}
    orgs = below(asked.org(), parents)
    found = known_campaigns(asked.home, rules.in_force(asked.home))
    return {name: each for name, each in found.items() if each.campaign.org_code in orgs}


def _asked_for(asked: Asked) -> Known:
    found = _visible(asked)
    name = asked.text("campaign")
    if name not in found:
        raise Forbidden(f"campaign {name} is not in your scope", f"活动 {name} 不在您的权限范围内")
    return found[name]


WAYS = [
    get("/list", list_campaigns),
    get("/one", one),
    get("/report", report),
    post("/advance", advance, "campaign.advance"),
    post("/approve", approve, "campaign.approve"),
]
