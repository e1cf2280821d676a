"""What a day's segments are like, and who is near the edge of the next one: head counts beside the membership."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import dagster as dg

from mofang_pipeline import edges, plan, profiles, rules
from mofang_pipeline.steps.partitions import days_of, each_day
from mofang_pipeline.steps.previews import leaf_sizes
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.tables import table_specs

TABLES = {
    "segment_profile_daily": "One row per day, organisation and node of its tree: customers and measures.",
    "segment_distribution_daily": "One row per day, organisation, node, dimension and value.",
    "segment_edge_daily": (
        "One row per day, organisation, leaf, change and leaf to which it would move customers."
    ),
}


def build(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = table_specs(TABLES, "profiles", ["segment_membership"], days)

    @dg.multi_asset(
        name="describe_segments",
        specs=specs,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
    )
    def describe_segments(
        context: dg.AssetExecutionContext, mofang: Mofang
    ) -> Iterator[dg.MaterializeResult[Any]]:
        with mofang.writer() as connection:
            todo = plan.days_to_segment(connection, *days_of(context))
            held = rules.rulebooks(rules.of_days(mofang.home, todo)) if todo else {}
            for name, write in (
                ("segment_profile_daily", partial(profiles.write_profile, connection)),
                ("segment_distribution_daily", partial(profiles.write_distribution, connection)),
                ("segment_edge_daily", lambda day: edges.write_edges(connection, day, held[day])),
            ):
                written = each_day(context, todo, write)
                if name == "segment_profile_daily" and todo:
                    written["customers"] = leaf_sizes(connection, todo[-1])
                yield dg.MaterializeResult(name, metadata=written)

    return describe_segments
