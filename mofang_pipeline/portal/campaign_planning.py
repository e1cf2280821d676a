"""The form in which a campaign is planned: what there is to choose from, and a draft saved, handed in, thrown away.

What may be planned is campaigns/drafts.py's business, as for the command line.
"""

from typing import Any

from mofang_pipeline.campaigns import drafts
from mofang_pipeline.portal.asked import Answer, Asked, Malformed, get, post
from mofang_pipeline.portal.campaign_scope import asked_for
from mofang_pipeline.push.channels import channels
from mofang_pipeline.rulebook.campaign import METRICS
from mofang_pipeline.segment_sets import reading


def choices(asked: Asked) -> Answer:
    """The sets that the organisation may use, channels and metrics."""
    found = reading.listed(asked.home, asked.org())
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return {
        "sets": [
            {"set": row["set_id"], "name_zh": row["name_zh"], "name_en": row["name_en"]} for row in rows
        ],
        "channels": [
            {"channel": each.name, "name_zh": each.zh, "name_en": each.en}
            for each in channels(asked.home.rulebook)
        ],
        "metrics": METRICS,
    }


def save(asked: Asked) -> Answer:
    """`plan` has the keys of a file; without `org` it is the organisation's that is asked for."""
    plan = asked.body.get("plan")
    if not isinstance(plan, dict):
        asked.org()  # Forbidden comes first
        raise Malformed("plan is missing; fill the form in", "缺少 plan，请填写表单")
    document: dict[str, Any] = {**plan, "org": asked.in_scope(str(plan.get("org") or asked.org()))}
    saved = drafts.save(
        asked.home, actor=asked.viewer.user, org_code=asked.viewer.org_code, document=document
    )
    return {"campaign": saved.campaign.id}


def submit(asked: Asked) -> Answer:
    drafts.submit(asked.home, asked_for(asked).campaign.id, by=asked.viewer.user)
    return {}


def discard(asked: Asked) -> Answer:
    drafts.discard(asked.home, asked_for(asked).campaign.id, by=asked.viewer.user)
    return {}


WAYS = [
    get("/choices", choices, "campaign.plan"),
    post("/save", save, "campaign.plan"),
    post("/submit", submit, "campaign.plan"),
    post("/discard", discard, "campaign.plan"),
]
