"""Step 7: campaigns follow their days, and what came of them is read."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from mofang_pipeline import plan
from mofang_pipeline.campaigns import evaluate, follow
from mofang_pipeline.campaigns.history import Known, known_campaigns
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import RulebookError
from mofang_pipeline.rulebook.read_campaigns import campaigns_in
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.saved import campaigns_of_night
from mofang_pipeline.steps.tables import table_specs

STATES = {
    "campaign": "One row per campaign: what is planned and what state it is in.",
    "campaign_audience": "One row per campaign and customer: the arm, fixed for good.",
}
RESULTS = {
    "campaign_effect": "One row per campaign, arm, metric and method: effect with interval and verdict.",
    "campaign_transition": "One row per campaign, arm, horizon, from-segment and to-segment: extra customers.",
    "campaign_funnel": "One row per campaign, arm and stage: customers who came so far.",
    "campaign_global_effect": "One row per quarter, organisation, metric and method: all campaigns together against"
    " the global control group.",
    "campaign_roi": "One row per campaign: incremental margin against reconciled cost.",
}


def build_states(
    days: dg.PartitionsDefinition[str], home: Home, sets: Mapping[str, dg.AssetKey]
) -> dg.AssetsDefinition:
    """`sets`: those that are assets of their own; the campaigns' assets are downstream of those that they use."""
    used = [sets[name] for name in _sets_used(home) if name in sets]

    @dg.multi_asset(
        name="follow_campaigns",
        specs=table_specs(STATES, "campaigns", ["segment_membership", "segment_set_member", *used], days),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
    )
    def follow_campaigns(
        context: dg.AssetExecutionContext, mofang: Mofang
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Takes imported trials in, and moves states whose day has come."""
        started = time.monotonic()
        before = known_campaigns(mofang.home, mofang.rulebook())
        with mofang.writer() as connection:
            as_of = follow.last_day(connection) or days_of(context)[1]
            found = follow.follow(connection, mofang.home, mofang.rulebook(), as_of)
            [(customers,)] = connection.execute("select count(*) from mart.campaign_audience").fetchall()
        for each in found.values():
            context.log.info(f"{each.campaign.id}: {each.status.state}")
            if each.problem:
                context.log.warning(each.problem)
        told = {"day": str(as_of), **_states(before, found)}
        for name, rows in (("campaign", len(found)), ("campaign_audience", customers)):
            yield dg.MaterializeResult(name, metadata=_metadata(rows, started) | told)
        for event in campaigns_of_night(found):
            context.log_event(event)

    return follow_campaigns


def build_results(days: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    @dg.multi_asset(
        name="evaluate_campaigns",
        specs=table_specs(
            RESULTS, "campaigns", ["campaign_audience", "customer_wide", "campaign_reconciliation"], days
        ),
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
    )
    def evaluate_campaigns(
        context: dg.AssetExecutionContext, mofang: Mofang
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """What is known of each campaign under way on the last computed day, and readings of the run's days."""
        started = time.monotonic()
        before = known_campaigns(mofang.home, mofang.rulebook())
        with mofang.writer() as connection:
            computed = plan.days_to_segment(connection, *days_of(context))
            rows = evaluate.evaluate_all(connection, mofang.home, mofang.rulebook(), computed)
        told = _states(before, known_campaigns(mofang.home, mofang.rulebook()))
        for name in RESULTS:
            yield dg.MaterializeResult(name, metadata=_metadata(rows, started) | told)

    return evaluate_campaigns


def _sets_used(home: Home) -> list[str]:
    """By the campaigns of the rulebook's files; a file that cannot be read is told by the run."""
    try:
        return sorted({each.set_name for each in campaigns_in(home.rulebook) if each.set_name})
    except RulebookError:
        return []


def _states(before: Mapping[str, Known], after: Mapping[str, Known]) -> dict[str, Any]:
    """For the Dagster UI: what state each campaign is in, and how many have moved."""
    lines = ["| campaign | state | window | problem |", "|---|---|---|---|"]
    for name, each in sorted(after.items()):
        window = f"{each.campaign.first} .. {each.campaign.last}"
        lines.append(f"| {name} | {each.status.state} | {window} | {each.problem or ''} |")
    was = {name: each.status.state for name, each in before.items()}
    moved = sum(was.get(name) != each.status.state for name, each in after.items())
    return {"moved": moved, "campaigns": dg.MetadataValue.md("\n".join(lines))}


def _metadata(rows: int, started: float) -> dict[str, Any]:
    return {"rows": rows, "seconds": round(time.monotonic() - started, 1)}
