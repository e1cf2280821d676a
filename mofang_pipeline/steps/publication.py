"""The last step: what this run has computed and checked becomes what readers see, at once."""

from typing import Any

import dagster as dg

from mofang_pipeline import audit, computed_days, lake, plan, published
from mofang_pipeline.serving import publish, views
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.segments import Scope


def build(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name="published",
        deps=[
            "segment_membership",
            "segment_profile_daily",
            "segment_distribution_daily",
            "segment_edge_daily",
            "segment_transition_daily",
            "segment_set_member",
            "push_leaver",
            "campaign_reconciliation",
            "campaign_break",
            "campaign_effect",
        ],
        group_name="serving",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
        kinds={"duckdb"},
        owners=["team:data"],
    )
    def published_snapshot(
        context: dg.AssetExecutionContext, config: Scope, mofang: Mofang
    ) -> dg.MaterializeResult[Any]:
        """The lake's snapshot that Superset and the command line read, with all published views in it."""
        with mofang.writer() as connection:
            if not config.provinces:
                computed_days.mark_published(connection, plan.days_to_segment(connection, *days_of(context)))
            audit.write(connection, mofang.home)
            published.create_views(connection)
            views.create_views(connection)
            snapshot = lake.latest_snapshot(connection)
            row = connection.execute(
                "select max(day) from int.computed_day where kind = 'segments'"
            ).fetchone()
            last_day = row[0] if row and row[0] else days_of(context)[1]
        publish.publish(mofang.home, snapshot, last_day)
        return dg.MaterializeResult(metadata={"snapshot": snapshot, "last_day": str(last_day)})

    return published_snapshot
