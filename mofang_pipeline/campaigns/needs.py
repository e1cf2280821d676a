"""How many customers a plan needs and how many there are: asked before a campaign is approved."""

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from mofang_pipeline.campaigns import measures
from mofang_pipeline.campaigns.audience import SCOPES
from mofang_pipeline.campaigns.measures import Days
from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.rulebook.campaign import CONTROL, Campaign

Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Need:
    """The primary metric among the candidates in the equal-long days that end with `as_of`, and what follows.

    `treatment` is all treated arms together. None where the plan gives no mde, has no control arm, or nothing
    varies among the candidates.
    """

    as_of: date
    candidates: int
    value: float | None
    treatment: int | None
    control: int | None
    detectable: float | None

    @property
    def is_enough(self) -> bool | None:
        if self.treatment is None or self.control is None:
            return None
        return self.candidates >= self.treatment + self.control


def need_of(connection: Connection, campaign: Campaign, as_of: date, org_level: str) -> Need:
    """What the campaign's plan needs, judged by its organisation's customers of the set on a computed day."""
    _choose(connection, campaign, as_of, org_level)
    length = campaign.last - campaign.first
    metric = campaign.plan.primary
    unknown = measures.measure(connection, [metric], {"window": Days(as_of - length, as_of)}, as_of)
    found = sum(measures.sums(connection, [metric], "window", "window").values(), Moments(0, 0, 0))
    if unknown or found.n < 2:
        return Need(as_of, found.n, None, None, None, None)
    return _need(campaign, as_of, found)


def _choose(connection: Connection, campaign: Campaign, as_of: date, org_level: str) -> None:
    scope = SCOPES[org_level]
    values = {"set_name": campaign.set_name, "as_of": as_of, "org": campaign.org_code}
    connection.execute(
        f"""create or replace temp table campaign_subject as
        select customer_key, '' as arm, '' as stratum from mart.segment_set_member as member
        where set_id = $set_name and (day = $as_of or kind = 'frozen') and {scope}
        group by customer_key""",
        {name: value for name, value in values.items() if name != "org" or "$org" in scope},
    )


def _need(campaign: Campaign, as_of: date, found: Moments) -> Need:
    from mofang_pipeline.evaluation.sample_size import detectable, needed  # a second to import

    plan, share = campaign.plan, campaign.arms.get(CONTROL, Decimal(0))
    # Each treated arm is compared with control by itself, so the smallest of them has to be enough.
    smallest_arm = min((each for arm, each in campaign.arms.items() if arm != CONTROL), default=Decimal(0))
    of_treated = smallest_arm / (1 - share) if share < 1 else Decimal(0)
    deviation = found.variance**0.5
    error = {"alpha": float(plan.alpha), "power": float(plan.power)}
    per_treatment = float(share / smallest_arm) if smallest_arm else 0.0
    sizes = None
    if plan.mde is not None:
        sizes = needed(deviation=deviation, mde=float(plan.mde), control_per_treatment=per_treatment, **error)
    control = round(found.n * float(share))
    treatment = round((found.n - control) * of_treated)
    smallest = detectable(deviation=deviation, treatment=treatment, control=control, **error)
    in_arm, in_control = sizes or (None, None)
    treated = None if in_arm is None else math.ceil(in_arm / of_treated)
    return Need(as_of, found.n, found.mean, treated, in_control, smallest)
