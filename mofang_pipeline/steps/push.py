"""Step 7: what has become of pushed lists: their books from the log, and who has left the set since."""

import time
from collections.abc import Mapping
from typing import Any

import dagster as dg

from mofang_pipeline import plan, rules
from mofang_pipeline.control import database
from mofang_pipeline.push import books, leavers, state
from mofang_pipeline.segment_sets.actions import known_sets, release
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang


def build(days: dg.PartitionsDefinition[str], sets: Mapping[str, dg.AssetKey]) -> dg.AssetsDefinition:
    """`sets`: those that are assets of their own, each of which may be pushed."""

    @dg.asset(
        name="push_leaver",
        deps=["segment_set_member", *sets.values(), dg.AssetKey(["landed", "push_receipt"])],
        group_name="push",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
        kinds={"duckdb", "table"},
        owners=["team:data"],
    )
    def push_leaver(context: dg.AssetExecutionContext, mofang: Mofang) -> dg.MaterializeResult[Any]:
        """One row per day, push and pushed customer no longer in the set: who left, and by behaviour or by rule."""
        started, rows = time.monotonic(), 0
        rulebook, sets = known_sets(mofang.home)
        pushes = state.read(database.engine(mofang.home))
        with mofang.writer() as connection:
            books.write_pushes(connection, pushes)
            todo = plan.days_to_segment(connection, *days_of(context)) if pushes else []
            made_on = {push.key.as_of for push in pushes.values()}
            held = rules.rulebooks(rules.of_days(mofang.home, sorted({*todo, *made_on}))) if todo else {}
            for day in todo:
                rows += leavers.write_day(connection, leavers.Night(day, rulebook, sets, held), pushes)
        for set_id, push_id in leavers.expired(pushes, sets, days_of(context)[1]):
            org = pushes[push_id].key.org_code
            release(mofang.home, actor="pipeline", org_code=org, set_id=set_id, by="push", by_id=push_id)
        seconds = round(time.monotonic() - started, 1)
        return dg.MaterializeResult(metadata={"rows": rows, "pushes": len(pushes), "seconds": seconds})

    return push_leaver
