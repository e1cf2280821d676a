"""All that Dagster shows and runs, wired in the order of the flow. Nothing is loaded by being found."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from mofang_pipeline.home import Home
from mofang_pipeline.manifest import manifest_path
from mofang_pipeline.rulebook import read_rulebook
from mofang_pipeline.steps import (
    campaigns,
    checks,
    customer_wide,
    jobs,
    landing,
    profiles,
    publication,
    push,
    reconciliation,
    saved,
    segment_sets,
    segments,
    triggers,
)
from mofang_pipeline.steps.partitions import by_province, daily
from mofang_pipeline.steps.resources import Mofang


def build(
    home: Home,
    include: tuple[date, date] | None = None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
) -> dg.Definitions:
    """The definitions for the days that have landed, and those that `include` spans."""
    days = daily(home, include)
    manifest = manifest_path(home)
    rulebook = read_rulebook(home.rulebook)
    sets = segment_sets.keys(home, rulebook)
    return dg.Definitions(
        assets=[
            landing.build(days),
            customer_wide.build(days, manifest),
            segments.build_membership(days),
            profiles.build(days),
            segments.build_transitions(days),
            segment_sets.build(days, rulebook, home),
            push.build(days, sets),
            segments.build_by_province(by_province(days, list(rulebook.tier1_codes))),
            campaigns.build_states(days, home, sets),
            reconciliation.build(days),
            campaigns.build_results(days),
            publication.build(days),
            *saved.specs(home, rulebook, sets),
        ],
        asset_checks=checks.build(days),
        jobs=jobs.build(days),
        schedules=[triggers.build_schedule(home, rulebook.settings.timezone)],
        sensors=[triggers.build_sensor(home), triggers.build_campaign_sensor(home)],
        # One process for a run's steps: they share the lake's one writer, and the dear imports are paid once.
        executor=dg.in_process_executor,
        loggers=loggers,
        resources={"mofang": Mofang(), "dbt": customer_wide.dbt_resource()},
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What workspace.yaml loads: the installation that MOFANG_HOME names."""
    return build(Home())
