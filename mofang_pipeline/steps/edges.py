"""Near the edge: who is likely to move next, counted beside the profiles."""

import time
from typing import Any

import dagster as dg

from mofang_pipeline import edges, plan, rules
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang


def build(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name="segment_edge_daily",
        deps=["segment_membership"],
        group_name="profiles",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
        kinds={"duckdb", "table"},
        owners=["team:data"],
    )
    def segment_edge_daily(context: dg.AssetExecutionContext, mofang: Mofang) -> dg.MaterializeResult[Any]:
        """One row per day, organisation, leaf, change and leaf to which it would move customers."""
        started, rows = time.monotonic(), 0
        with mofang.writer() as connection:
            todo = plan.days_to_segment(connection, *days_of(context))
            held = rules.rulebooks(rules.of_days(mofang.home, todo)) if todo else {}
            for day in todo:
                rows += edges.write_edges(connection, day, held[day])
        seconds = round(time.monotonic() - started, 1)
        return dg.MaterializeResult(
            metadata={"dagster/partition_row_count": rows, "days": len(todo), "seconds": seconds}
        )

    return segment_edge_daily
