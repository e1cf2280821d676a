"""Step 6: segment sets of the day: members, sizes, overlaps. Each set of the rulebook's file is an asset of its own."""

import time
from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from mofang_pipeline import plan, rules
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, RulebookError
from mofang_pipeline.segment_sets import members
from mofang_pipeline.segment_sets.actions import sets_and_problems
from mofang_pipeline.segment_sets.check import in_order, node_ids, sets_named
from mofang_pipeline.segment_sets.model import Definition
from mofang_pipeline.segment_sets.written import definitions_in
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.saved import set_key, sets_of_night
from mofang_pipeline.steps.tables import table_specs

TABLES = {
    "segment_set_member": "One row per day, set version and customer in it; a frozen version on its day alone.",
    "segment_set_size_daily": "One row per day, set version, province and city: customers in the set.",
    "segment_set_overlap_daily": "One row per day, pair of sets, province and city: customers in both.",
}


def keys(home: Home, rulebook: Rulebook) -> dict[str, dg.AssetKey]:
    """Set id -> its asset, for each set of the rulebook's file: what uses one is downstream of it."""
    return {each.set_id: set_key(each.set_id) for each in _written(home, rulebook)}


def build(days: dg.PartitionsDefinition[str], rulebook: Rulebook, home: Home) -> dg.AssetsDefinition:
    written = _written(home, rulebook)
    specs = table_specs(TABLES, "segment_sets", ["customer_wide", "segment_membership"], days)
    specs += [_spec(each, days, rulebook) for each in written]

    @dg.multi_asset(
        name="compute_segment_sets",
        specs=specs,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
    )
    def compute_segment_sets(
        context: dg.AssetExecutionContext, mofang: Mofang
    ) -> Iterator[dg.MaterializeResult[Any]]:
        started, rows = time.monotonic(), 0
        rulebook, sets, problems = sets_and_problems(mofang.home)
        sizes: dict[str, int] = {}
        with mofang.writer() as connection:
            members.write_versions(connection, sets)
            todo = members.days_wanted(connection, sets, plan.days_to_segment(connection, *days_of(context)))
            held = rules.rulebooks(rules.of_days(mofang.home, todo)) if todo else {}
            for day in todo:
                written_rows, done = members.write_day(connection, rulebook, sets, day, held[day])
                rows += written_rows
                problems |= {name: f"{day}: {reason}" for name, reason in done.problems.items()}
            if todo:
                sizes = members.sizes_of(connection, todo[-1])
        for reason in problems.values():
            context.log.warning(reason)
        for name in TABLES:
            seconds = round(time.monotonic() - started, 1)
            metadata: dict[str, Any] = {
                "days": len(todo),
                "rows": rows,
                "seconds": seconds,
                "left out": "; ".join(problems.values()),
            }
            yield dg.MaterializeResult(name, metadata=metadata)
        for each in written:
            size = {"customers": sizes.get(each.set_id, 0)}
            yield dg.MaterializeResult(set_key(each.set_id), metadata=size)
        for event in sets_of_night(sets, frozenset(each.set_id for each in written), sizes):
            context.log_event(event)

    return compute_segment_sets


def _spec(each: Definition, days: dg.PartitionsDefinition[str], rulebook: Rulebook) -> dg.AssetSpec:
    """One set, downstream of the sets that it is made of."""
    parts = [set_key(name) for name in sets_named(each, node_ids(rulebook))]
    return dg.AssetSpec(
        set_key(each.set_id),
        deps=["segment_membership", *parts],
        description=f"{each.en}. {each.members or ''} {each.where or ''}".strip(),
        group_name="segment_sets",
        partitions_def=days,
        kinds={"duckdb"},
        owners=["team:data"],
    )


def _written(home: Home, rulebook: Rulebook) -> Sequence[Definition]:
    """The file's sets; one that cannot be used is told by the run, not by a Dagster that does not start."""
    try:
        written = definitions_in(home.rulebook)
        known = {each.set_id: each for each in written}
        return [known[name] for name in in_order(known, known, node_ids(rulebook))]
    except (RulebookError, Refused, KeyError):
        return []
