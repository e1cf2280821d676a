"""The campaigns that a viewer may see: those of the organisation asked for and of all below it."""

from mofang_pipeline import rules
from mofang_pipeline.campaigns.history import Known, known_campaigns
from mofang_pipeline.portal.asked import Asked, Forbidden


def visible(asked: Asked) -> dict[str, Known]:
    """By id, as the log has them this moment."""
    orgs = asked.orgs()
    found = known_campaigns(asked.home, rules.in_force(asked.home))
    return {name: each for name, each in found.items() if each.campaign.org_code in orgs}


def asked_for(asked: Asked) -> Known:
    """The campaign that is named; Forbidden outside the viewer's scope."""
    found = visible(asked)
    name = asked.text("campaign")
    if name not in found:
        raise Forbidden(f"campaign {name} is not in your scope", f"活动 {name} 不在您的权限范围内")
    return found[name]
