"""What starts jobs by themselves: a schedule for the night, a sensor for the impatient, one for campaigns."""

from contextlib import closing
from datetime import date

import dagster as dg
import duckdb

from mofang_pipeline import lake, rules
from mofang_pipeline.arrivals import due_days
from mofang_pipeline.campaigns.follow import due_by_now, last_day
from mofang_pipeline.home import Home
from mofang_pipeline.landing import fingerprint
from mofang_pipeline.steps.jobs import CAMPAIGNS, NIGHTLY

AT_NIGHT = "30 2 * * *"


def build_schedule(home: Home, timezone: str) -> dg.ScheduleDefinition:
    @dg.schedule(
        name="every_night",
        job_name=NIGHTLY,
        cron_schedule=AT_NIGHT,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Computes all days that have arrived since the last computed one, in one run.",
    )
    def every_night() -> dg.RunRequest | dg.SkipReason:
        return _request(home)

    return every_night


def build_sensor(home: Home) -> dg.SensorDefinition:
    @dg.sensor(
        name="files_arrived",
        job_name=NIGHTLY,
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Computes a day as soon as its files have arrived; switch it on instead of the schedule.",
    )
    def files_arrived() -> dg.RunRequest | dg.SkipReason:
        return _request(home)

    return files_arrived


def build_campaign_sensor(home: Home) -> dg.SensorDefinition:
    @dg.sensor(
        name="campaign_states",
        job_name=CAMPAIGNS,
        minimum_interval_seconds=300,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Moves campaigns whose day has come and that the night has not moved: frozen or listed since.",
    )
    def campaign_states() -> dg.RunRequest | dg.SkipReason:
        with closing(lake.connect(home, read_only=True)) as connection:
            try:
                as_of = last_day(connection)
            except duckdb.CatalogException:
                as_of = None
            found = due_by_now(connection, home, rules.in_force(home), as_of) if as_of else {}
        if as_of is None or not found:
            return dg.SkipReason(f"no campaign's day has come by {as_of}")
        told = ", ".join(f"{name} -> {state}" for name, state in sorted(found.items()))
        return _run(as_of, as_of, told)

    return campaign_states


def _request(home: Home) -> dg.RunRequest | dg.SkipReason:
    """Once for what lies there: a day that failed, or had files after it was computed, is asked for again when a file
    comes or is replaced."""
    due = due_days(home)
    if due.days is None:
        return dg.SkipReason(due.reason)
    return _run(*due.days, f"{due.reason} ({fingerprint(home.landing)})")


def _run(first: date, last: date, reason: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=f"{first}..{last}: {reason}",
        tags={
            "dagster/asset_partition_range_start": str(first),
            "dagster/asset_partition_range_end": str(last),
        },
    )
