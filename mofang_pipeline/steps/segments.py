"""Steps 4 and 5: customer_wide -> segments -> transitions, all provinces in one pass or some alone."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from mofang_pipeline import (
    computed_days,
    edges,
    plan,
    profiles,
    published,
    rules,
    segments,
    transitions,
    trees,
)
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.steps.partitions import days_of, each_day
from mofang_pipeline.steps.previews import markdown_table
from mofang_pipeline.steps.resources import Mofang

KINDS, OWNERS = {"duckdb", "table"}, ["team:data"]
ONE_RUN, ONCE_MORE = dg.BackfillPolicy.single_run(), dg.RetryPolicy(max_retries=1, delay=10)


class Scope(dg.Config):
    """Provinces to compute alone; none means all."""

    provinces: list[str] = []


def build_membership(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name="segment_membership",
        deps=["customer_wide"],
        group_name="segments",
        partitions_def=days,
        backfill_policy=ONE_RUN,
        pool="lake_writer",
        kinds=KINDS,
        owners=OWNERS,
        retry_policy=ONCE_MORE,
    )
    def segment_membership(
        context: dg.AssetExecutionContext, config: Scope, mofang: Mofang
    ) -> dg.MaterializeResult[Any]:
        """One row per day, province and customer: the one leaf of the decision tree that the customer is in."""
        first, last = days_of(context)
        with mofang.writer() as connection:
            todo = plan.days_to_segment(connection, first, last)
            if not todo:
                raise dg.Failure(f"{first} to {last}: customer_wide is not computed; materialise it first")
            published.create_views(connection)  # a run may begin here, in a lake that an older version made
            # Those with which a day was computed before, else those in force now.
            chosen = rules.of_days(mofang.home, todo)
            held = rules.rulebooks(chosen)
            trees.write_trees(connection, held, mofang.rulebook())

            def write(day: date) -> int:
                return segments.write_under(connection, held[day], day, config.provinces)

            written = each_day(context, todo, write)
            rules.keep(mofang.home, chosen, config.provinces)
            provinces = config.provinces or list(chosen[todo[0]])
            computed_days.mark_segmented(connection, todo, provinces)
            written["preview"] = markdown_table(connection, PREVIEW, {"day": todo[-1]})
        for province in provinces:
            for day in todo:
                context.log_event(_province_done(day, province))
        return dg.MaterializeResult(metadata=written)

    return segment_membership


def _province_done(day: date, province: str) -> dg.AssetMaterialization:
    """Shows in the grid of days and provinces what a run of all provinces has computed too."""
    return dg.AssetMaterialization(
        "province_segments", partition=dg.MultiPartitionKey({"day": str(day), "province": province})
    )


PREVIEW = """
select segment, count(*) as customers from mart.segment_membership where day = $day group by segment order by segment
"""


def build_transitions(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name="segment_transition_daily",
        deps=["segment_membership"],
        group_name="transitions",
        partitions_def=days,
        backfill_policy=ONE_RUN,
        pool="lake_writer",
        kinds=KINDS,
        owners=OWNERS,
        retry_policy=ONCE_MORE,
    )
    def segment_transition_daily(
        context: dg.AssetExecutionContext, config: Scope, mofang: Mofang
    ) -> dg.MaterializeResult[Any]:
        """One row per day, province, city, from-segment, to-segment and cause: who moved since the day before."""
        with mofang.writer() as connection:
            todo = transitions.days_to_compare(
                connection, plan.days_to_segment(connection, *days_of(context))
            )
            held = _rules_around(mofang, todo)

            def write(day: date) -> int:
                earlier, later = held[day - transitions.DAY], held[day]
                return transitions.write_transitions(connection, day, earlier, later, config.provinces)

            return dg.MaterializeResult(metadata=each_day(context, todo, write))

    return segment_transition_daily


def build_by_province(by_province: dg.MultiPartitionsDefinition) -> dg.AssetsDefinition:
    @dg.asset(
        name="province_segments",
        deps=["customer_wide"],
        group_name="segments",
        partitions_def=by_province,
        pool="lake_writer",
        kinds={"duckdb", "table"},
        owners=["team:data"],
    )
    def province_segments(context: dg.AssetExecutionContext, mofang: Mofang) -> dg.MaterializeResult[Any]:
        """One province's segments, transitions and profile of one day, computed again alone."""
        keys = context.partition_key.keys_by_dimension
        with mofang.writer() as connection:
            rows = rerun_province(connection, mofang, date.fromisoformat(keys["day"]), [keys["province"]])
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return province_segments


def rerun_province(
    connection: duckdb.DuckDBPyConnection, mofang: Mofang, day: date, provinces: Sequence[str]
) -> int:
    """Segments, transitions and profiles of `provinces` on `day` from the wide table that is there; rows written."""
    chosen = rules.of_days(mofang.home, [day])
    held = rules.rulebooks(chosen)
    trees.write_trees(connection, held, mofang.rulebook())
    rows = segments.write_under(connection, held[day], day, provinces)
    rules.keep(mofang.home, chosen, provinces)
    computed_days.mark_segmented(connection, [day], provinces)
    profiles.write_profile(connection, day)
    profiles.write_distribution(connection, day)
    edges.write_edges(connection, day, held[day])
    compared = transitions.days_to_compare(connection, [day])
    around = _rules_around(mofang, compared)
    for each in compared:
        earlier, later = around[each - transitions.DAY], around[each]
        transitions.write_transitions(connection, each, earlier, later, provinces)
    return rows


def _rules_around(mofang: Mofang, days: Sequence[date]) -> dict[date, dict[str, Rulebook]]:
    """The rules with which these days and the days before them were computed, by province."""
    wanted = sorted({each for day in days for each in (day - transitions.DAY, day)})
    return rules.rulebooks(rules.of_days(mofang.home, wanted))
