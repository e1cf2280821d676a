"""What a night does with campaigns: imported trials are taken in, states move on their days, the tables say so.

The day is the last one whose segments are computed, so an older day that is filled in later moves nothing back.
"""

import json
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from mofang_pipeline import published
from mofang_pipeline.campaigns.audience import Fixed, assign_import, publish_audience
from mofang_pipeline.campaigns.history import NIGHT, Known, known_campaigns, record
from mofang_pipeline.campaigns.states import STATES, due
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.campaign import Campaign
from mofang_pipeline.rulebook.model import Rulebook, Settings

Connection = duckdb.DuckDBPyConnection


def last_day(connection: Connection) -> date | None:
    """The last day whose segments are computed."""
    row = connection.execute("select max(day) from int.computed_day where kind = 'segments'").fetchone()
    return row[0] if row else None


def follow(connection: Connection, home: Home, rulebook: Rulebook, as_of: date) -> dict[str, Known]:
    """Moves every campaign as far as day `as_of` carries it, and writes mart.campaign and its audience."""
    found = {
        name: _moved(connection, home, each, as_of) for name, each in known_campaigns(home, rulebook).items()
    }
    write(connection, found, as_of)
    return found


def _moved(connection: Connection, home: Home, each: Known, as_of: date) -> Known:
    campaign = each.campaign
    if campaign.is_import and not each.status.is_frozen:
        try:
            fixed = assign_import(connection, campaign, home.secret("token_key"))
        except Refused as reason:  # a list that cannot be used keeps its campaign back, not the night
            return replace(each, problem=str(reason))
        each = record(home, each, "frozen", NIGHT, frozen_details(each, campaign.first, fixed))
    if not each.status.is_frozen and each.problem is None:
        each = replace(each, problem=_what_holds_it(connection, campaign, as_of))
    while target := due(
        each.status.state, as_of=as_of, first=campaign.first, last=campaign.last, settled=False
    ):
        each = record(home, each, target, NIGHT, {"day": as_of.isoformat()})
    return each


def _what_holds_it(connection: Connection, campaign: Campaign, as_of: date) -> str | None:
    """Why a campaign that nobody has frozen cannot begin."""
    if as_of >= campaign.first:
        return (
            f"its window began on {campaign.first} and it is not frozen; plan later days"
            f" / 活动期已于 {campaign.first} 开始而未冻结，请调整日期"
        )
    if campaign.set_name and not _is_set(connection, campaign.set_name):
        return f"there is no segment set {campaign.set_name} / 没有客群集 {campaign.set_name}"
    return None


def due_by_now(connection: Connection, home: Home, rulebook: Rulebook, as_of: date) -> dict[str, str]:
    """Campaign -> the state to which a night would take it on day `as_of`, of those whose day has come."""
    found = {}
    for name, each in known_campaigns(home, rulebook).items():
        campaign, state = each.campaign, each.status.state
        settled = state == "ended" and is_settled(connection, each, as_of, rulebook.settings)
        target = due(state, as_of=as_of, first=campaign.first, last=campaign.last, settled=settled)
        if state == "reconciled":
            target = "evaluated"
        if campaign.is_import and not each.status.is_frozen:
            target = "frozen"
        if target:
            found[name] = target
    return found


def _is_set(connection: Connection, set_name: str) -> bool:
    query = "select count(*) from mart.segment_set where set_id = ? and is_latest"
    return bool(connection.execute(query, [set_name]).fetchall()[0][0])


def frozen_details(each: Known, frozen_on: date, fixed: Fixed) -> dict[str, object]:
    """What the log keeps of a freezing: the whole plan, and what the audience was."""
    return {
        "frozen_on": frozen_on.isoformat(),
        "plan": each.campaign.document,
        "plan_hash": each.campaign.plan_hash,
        "arms": fixed.arms,
        "audience_hash": fixed.audience_hash,
    }


def is_settled(connection: Connection, each: Known, as_of: date, settings: Settings) -> bool:
    """Nothing is left for reconciliation to wait for: no reward was promised or granted, or its time has passed.

    An imported trial does not wait: what is open by then widens its return.
    """
    campaign = each.campaign
    if campaign.is_import:
        return True
    values = {"campaign": campaign.id}
    [(granted, reconciled_on)] = connection.execute(
        """select
            (select count(*) from landed.reward_grant where campaign_id = $campaign),
            (select max(day) from mart.campaign_reconciliation where campaign = $campaign)""",
        values,
    ).fetchall()
    if not campaign.rewards and not granted:
        return True
    waits = settings.timing_days if campaign.timing_days is None else campaign.timing_days
    passed = campaign.last + timedelta(days=waits)
    return as_of >= passed and (reconciled_on is None or reconciled_on >= passed)


def write(connection: Connection, found: dict[str, Known], as_of: date) -> None:
    """mart.campaign, mart.campaign_reward and mart.campaign_audience as the log and the rulebook say."""
    unknown = {
        name: publish_audience(connection, name, as_of)
        for name, each in found.items()
        if each.status.is_frozen
    }
    rows = [row(each, unknown.get(name, 0), as_of) for name, each in found.items()]
    published.replace_all(connection, "mart.campaign", rows)
    arms = [
        (name, arm, customers)
        for name, each in found.items()
        for arm, customers in each.status.frozen.get("arms", {}).items()
    ]
    published.replace_all(connection, "int.campaign_frozen_arm", arms)
    rewards = [
        (name, reward.code, reward.amount_fen, reward.cap_per_customer)
        for name, each in found.items()
        for reward in each.campaign.rewards
    ]
    published.replace_all(connection, "mart.campaign_reward", rewards)


def row(each: Known, unknown: int, as_of: date) -> tuple[object, ...]:
    """The campaign's row of mart.campaign."""
    campaign, status = each.campaign, each.status
    frozen_on = status.frozen.get("frozen_on")
    return (
        campaign.id, campaign.zh, campaign.en, campaign.org_code, status.state, campaign.set_name, campaign.first,
        campaign.last, campaign.budget_fen, campaign.channel, campaign.cost_fen_per_contact,
        None if campaign.margin_rate is None else float(campaign.margin_rate),
        json.dumps(campaign.document, ensure_ascii=False, sort_keys=True),
        date.fromisoformat(frozen_on) if frozen_on else None,
        campaign.priority, status.frozen_hash, each.changed, unknown, each.problem, as_of,
    )  # fmt: skip


def is_under_way(each: Known) -> bool:
    """Launched and not closed: there is something to read of it."""
    return STATES.index("live") <= STATES.index(each.status.state) < STATES.index("closed")
