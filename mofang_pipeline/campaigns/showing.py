"""A campaign for people: the list, and all of one as rows (part, name, value, low, high, note)."""

from collections.abc import Iterator
from typing import Any

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.campaigns.actions import needed_now
from mofang_pipeline.campaigns.budget import spent
from mofang_pipeline.campaigns.follow import last_day
from mofang_pipeline.campaigns.history import Known, known, known_campaigns
from mofang_pipeline.campaigns.states import ZH
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook.model import Rulebook

LIST = (
    "campaign",
    "zh",
    "en",
    "org_code",
    "state",
    "from_day",
    "to_day",
    "set_name",
    "priority",
    "plan_changed",
)
SHOWN = ("part", "name", "value", "low", "high", "note")
Row = tuple[Any, ...]
QUERIES = {
    "night": """select 'problem', problem, null, null, null from mart.campaign
        where campaign = ? and problem is not null""",
    "audience": "select arm, count(*), null, null, null from mart.campaign_audience where campaign = ? group by arm",
    "left out": """select reason, count(*), null, null, other_campaign from mart.campaign_left_out
        where campaign = ? group by reason, other_campaign""",
    "funnel": """select arm || ' ' || stage, customers, null, null, null from mart.campaign_funnel
        where campaign = ? order by arm, place""",
    "reconciliation": """select class, items, null, null, statement_fen from mart.campaign_reconciliation
        where campaign = ? and items > 0
            and day = (select max(day) from int.computed_day where kind = 'reconciled')
        order by place""",
    "effect": """select arm || ' ' || metric || ' ' || method, effect, ci_low, ci_high, verdict
        from mart.campaign_effect where campaign = ? order by is_primary desc, arm, metric, method""",
    "return": "select 'roi', roi, roi_low, roi_high, verdict from mart.campaign_roi where campaign = ?",
}


TOGETHER = (
    "period", "from_day", "to_day", "campaigns", "metric", "method", "n_treatment", "n_control", "effect", "ci_low",
    "ci_high", "p_adjusted", "verdict",
)  # fmt: skip


def together_of(home: Home, org_code: str) -> list[Row]:
    """All campaigns of each quarter against the global control group, of the organisation's customers."""
    with lake.connect(home, read_only=True) as connection:
        query = f"select {', '.join(TOGETHER)} from mart.campaign_global_effect where org_code = ?"
        return _rows(connection, f"{query} order by period desc, is_guardrail, metric, method", org_code)


def listed(home: Home, rulebook: Rulebook) -> list[Row]:
    """Every campaign with its state as the log has it this moment."""
    return [
        (
            name, each.campaign.zh, each.campaign.en, each.campaign.org_code, each.status.state,
            each.campaign.first, each.campaign.last, each.campaign.set_name, each.campaign.priority, each.changed,
        )
        for name, each in sorted(known_campaigns(home, rulebook).items())
    ]  # fmt: skip


def shown(home: Home, rulebook: Rulebook, campaign_id: str) -> list[Row]:
    """State, needed sample size, audience, funnel, reconciliation and effect of one campaign."""
    each = known(home, rulebook, campaign_id)
    rows = [*_state(each), *_need(home, each)]
    try:
        with lake.connect(home, read_only=True) as connection:
            rows += _budget(connection, each)
            for part, query in QUERIES.items():
                rows += [(part, *row) for row in _rows(connection, query, campaign_id)]
    except duckdb.Error:  # nothing was ever computed
        pass
    return rows


def _state(each: Known) -> Iterator[Row]:
    campaign, status = each.campaign, each.status
    yield "state", "state", status.state, None, None, ZH[status.state]
    yield "state", "window", f"{campaign.first} .. {campaign.last}", None, None, None
    yield "state", "maker", status.maker, None, None, None
    yield "state", "handed in by", status.submitter, None, None, None
    yield "state", "approver", status.approver, None, None, None
    if status.is_frozen:
        yield "state", "frozen_on", status.frozen["frozen_on"], None, None, f"plan {status.frozen_hash}"
    if each.problem:
        yield "state", "problem", each.problem, None, None, None
    if each.changed:
        yield "state", "plan_changed", "yes", None, None, "the file differs from what was frozen, which holds"


def _budget(connection: duckdb.DuckDBPyConnection, each: Known) -> Iterator[Row]:
    as_of = last_day(connection)
    if each.campaign.budget_fen is None or as_of is None:
        return
    found = spent(connection, each.campaign, as_of)
    yield "budget", "budget_fen", found.budget_fen, None, None, None
    yield "budget", "contacts_fen", found.contact_fen, None, None, f"{found.contacts} contacts"
    yield "budget", "granted_fen", found.granted_fen, None, None, None
    left = found.remaining_fen
    yield (
        "budget",
        "remaining_fen",
        left,
        None,
        None,
        "beyond the budget" if left is not None and left < 0 else None,
    )


def _need(home: Home, each: Known) -> Iterator[Row]:
    if each.status.is_frozen or each.campaign.is_import:
        return
    need = needed_now(home, each)
    if need is None:
        name = each.campaign.set_name
        yield (
            "sample size",
            "candidates",
            None,
            None,
            None,
            f"no computed day has members of {name}; run a day",
        )
    else:
        enough = {True: "enough", False: "not enough", None: "no mde or no control arm in the plan"}
        yield "sample size", "candidates", need.candidates, None, None, enough[need.is_enough]
        yield "sample size", "needed treatment", need.treatment, None, None, None
        yield "sample size", "needed control", need.control, None, None, None
        yield "sample size", "detectable effect", need.detectable, None, None, each.campaign.plan.primary


def _rows(connection: duckdb.DuckDBPyConnection, query: str, campaign_id: str) -> list[Row]:
    try:
        return connection.execute(query, [campaign_id]).fetchall()
    except duckdb.CatalogException:  # a table of a part that has not run yet
        return []
