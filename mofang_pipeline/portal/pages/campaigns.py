"""Campaigns: the list, one with its funnel, cost, effects and transitions, the steps that people take, the report.

A branch sees the campaigns of its own organisation and below. Transitions of few customers are left out for those who
see no small counts.
"""

from contextlib import closing
from typing import Any

import duckdb

from mofang_pipeline import lake, rules
from mofang_pipeline.access import may
from mofang_pipeline.campaigns import actions, follow
from mofang_pipeline.campaigns.budget import spent
from mofang_pipeline.campaigns.history import Known
from mofang_pipeline.campaigns.states import STATES, ZH
from mofang_pipeline.portal import campaign_planning
from mofang_pipeline.portal.asked import Answer, Asked, Download, Malformed, get, post, remembered
from mofang_pipeline.portal.campaign_scope import asked_for, visible
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import threshold
from mofang_pipeline.push.channels import channels

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
    " group by arm order by arm = 'control', arm",
    "left_out": "select reason, other_campaign, count(*) as customers from mart.campaign_left_out"
    " where campaign = $campaign group by reason, other_campaign order by customers desc",
    "funnel": "select arm, stage, customers from mart.campaign_funnel where campaign = $campaign order by arm, place",
    "roi": "select * from mart.campaign_roi where campaign = $campaign",
    "readings": "select day, arm, metric, effect, ci_low, ci_high from mart.campaign_reading"
    " where campaign = $campaign and method = 'raw' order by day",
    "spillover": "select * from mart.campaign_spillover where campaign = $campaign order by other_campaign, arm",
}
TOGETHER = """
    select * exclude (org_code), 'treatment' as arm, effect * n_treatment as extra, ci_low * n_treatment as extra_low,
        ci_high * n_treatment as extra_high
    from mart.campaign_global_effect
    where org_code = $org
    order by period desc, is_guardrail, metric, method
"""
TRANSITIONS = """
    select arm, from_segment, to_segment, customers_treatment, customers_control, n_treatment, n_control,
        extra_customers, ci_low * n_treatment as extra_low, ci_high * n_treatment as extra_high
    from mart.campaign_transition
    where campaign = $campaign and horizon_days = 0
        and ($limit = 0 or (customers_treatment >= $limit and customers_control >= $limit))
    order by arm, from_segment, to_segment
"""
NAMES = """
    select label.node_id, label.family, trim(label.code) as code, label.name_zh, label.name_en, label.sort_order
    from serving.node_label as label
    inner join serving.rule_version as version
        on label.org_code = version.org_code and label.rule_version = version.rule_version
    where label.org_code = $org and version.day = $day
"""
SET = "select name_zh, name_en from mart.segment_set where set_id = $set and is_latest"
MAY = ("campaign.plan", "campaign.approve", "campaign.advance", "push.begin")


def list_campaigns(asked: Asked) -> Answer:
    """Every campaign in the organisation's scope, with its state of this moment and its primary effect."""
    found = visible(asked)
    names = list(found) or [""]
    effects = {row["campaign"]: row for row in asked.rows(PRIMARY, campaigns=names)}
    customers = {row["campaign"]: row["customers"] for row in asked.rows(AUDIENCES, campaigns=names)}
    return {
        "states": [{"name": name, "zh": ZH[name], "en": name} for name in STATES],
        "may_plan": may(asked.viewer, "campaign.plan"),
        "campaigns": [
            _head(each) | {"customers": customers.get(name), "effect": effects.get(name)}
            for name, each in sorted(found.items())
        ],
    }


def one(asked: Asked) -> Answer:
    """All that is known of one campaign; before it is frozen, the sample size that its plan needs."""
    each = asked_for(asked)
    name = each.campaign.id
    need = None if each.status.is_frozen else actions.needed_now(asked.home, each)
    parts: dict[str, Any] = {part: asked.rows(query, campaign=name) for part, query in OF_ONE.items()}
    parts["transitions"] = asked.rows(TRANSITIONS, campaign=name, limit=threshold(asked) or 0)
    parts["nodes"] = _names(asked, each) if parts["effects"] or parts["transitions"] else []
    return _head(each) | parts | {
        "plan": each.campaign.document,
        "set": next(iter(asked.rows(SET, set=each.campaign.set_name)), None),
        "channel": _channel(asked, each),
        "is_import": each.campaign.is_import,
        "is_saved": each.is_saved,
        "spent": _spent(asked, each),
        "may": [action for action in MAY if may(asked.viewer, action)],
        "need": None if need is None else vars(need) | {"is_enough": need.is_enough},
        "approver": each.status.approver,
        "frozen_on": each.status.frozen.get("frozen_on"),
    }  # fmt: skip


def _names(asked: Asked, each: Known) -> list[Row]:
    """The nodes of the campaign's organisation, as their names stand on the published day."""
    return asked.rows(NAMES, org=each.campaign.org_code, day=asked.lake.published().last_day)


def _channel(asked: Asked, each: Known) -> Row | None:
    """The names of its channel."""
    found = [one for one in channels(asked.home.rulebook) if one.name == each.campaign.channel]
    return {"name_zh": found[0].zh, "name_en": found[0].en} if found else None


def _spent(asked: Asked, each: Known) -> dict[str, Any]:
    """As the lake is now: what was pushed a moment ago counts."""
    with closing(lake.connect(asked.home, read_only=True)) as connection:
        found = spent(
            connection, each.campaign, follow.last_day(connection) or asked.lake.published().last_day
        )
    return vars(found) | {"remaining_fen": found.remaining_fen}


def together(asked: Asked) -> Answer:
    """All campaigns of each quarter against the global control group; nothing of a branch with too few in it."""
    org = asked.org()
    try:
        return {"org": org, "rows": asked.rows(TOGETHER, org=org)}
    except duckdb.CatalogException:  # published before there was such a table
        return {"org": org, "rows": []}


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

    each = asked_for(asked)
    limit = threshold(asked)
    with asked.lake.cursor() as cursor:
        found = Found.read(cursor, QUERIES, each.campaign.id, fewest=limit or 0)
    html = page(each, rules.in_force(asked.home), found, asked.viewer.language)
    return Download(f"{each.campaign.id}.html", "text/html; charset=utf-8", html.encode())


def _step(asked: Asked, target: str) -> Answer:
    each = asked_for(asked)
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
        "submitter": each.status.submitter,
        "problem": each.problem,
        "from_day": campaign.first.isoformat(),
        "to_day": campaign.last.isoformat(),
        "set_name": campaign.set_name,
        "budget_fen": campaign.budget_fen,
        "priority": campaign.priority,
        "changed": each.changed,
    }


WAYS = [
    get("/list", list_campaigns),
    get("/one", one),
    get("/report", report),
    remembered("/together", together),
    *campaign_planning.WAYS,
    post("/advance", advance, "campaign.advance"),
    post("/approve", approve, "campaign.approve"),
]
