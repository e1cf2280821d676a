"""Rewards: landed grants, statements and postings -> classes, breaks and suggested matches, day by day."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg

from mofang_pipeline.reconciliation import daily, decisions
from mofang_pipeline.reconciliation.facts import SIDES, Terms
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.previews import markdown_table
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.tables import table_specs

TABLES = {
    "campaign_reconciliation": "One row per day, campaign and class: items, rows and fen of each side.",
    "campaign_break": "One row per day and item that somebody has to look at, with owner and resolution.",
    "match_suggestion": "One row per day, suggested match and row of it: N-1 and 1-N by sums.",
}


def build(days: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    sides = (dg.AssetKey(["landed", side.table]) for side in SIDES)
    specs = table_specs(TABLES, "campaigns", [*sides, dg.AssetKey("campaign_audience")], days)

    @dg.multi_asset(
        name="reconcile_rewards",
        specs=specs,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
        retry_policy=dg.RetryPolicy(max_retries=1, delay=10),
    )
    def reconcile_rewards(
        context: dg.AssetExecutionContext, mofang: Mofang
    ) -> Iterator[dg.MaterializeResult[Any]]:
        """Compares the three sides as known on each day; late rows restate the days they belong to."""
        started = time.monotonic()
        settings = mofang.rulebook().settings
        said = decisions.read(mofang.home)
        with mofang.writer() as connection:
            todo = daily.days_to_reconcile(
                connection, *days_of(context), restatement_days=settings.restatement_days
            )
            decisions.publish(connection, said)
            counted = daily.reconcile_days(
                connection,
                todo,
                terms=Terms(settings.tolerance_fen, settings.timing_days),
                matches=decisions.matches(said),
                progress=context.log.info,
            )
            preview = markdown_table(connection, PREVIEW, {"day": todo[-1]})
        seconds = round(time.monotonic() - started, 1)
        for name in TABLES:
            yield dg.MaterializeResult(
                name, metadata={"days": len(todo), "seconds": seconds, **counted, "preview": preview}
            )

    return reconcile_rewards


PREVIEW = """
select class, sum(items) as items, sum(grant_fen) as grant_fen, sum(statement_fen) as statement_fen,
    sum(ledger_fen) as ledger_fen
from mart.campaign_reconciliation where day = $day group by class, place order by place
"""
