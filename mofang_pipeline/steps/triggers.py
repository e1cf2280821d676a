"""What starts the nightly job by itself: a schedule for the night, a sensor for those who will not wait for it."""

import dagster as dg

from mofang_pipeline.arrivals import Due, due_days
from mofang_pipeline.home import Home
from mofang_pipeline.steps.jobs import NIGHTLY

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
        return _request(due_days(home))

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
        return _request(due_days(home))

    return files_arrived


def _request(due: Due) -> dg.RunRequest | dg.SkipReason:
    if due.days is None:
        return dg.SkipReason(due.reason)
    first, last = due.days
    return dg.RunRequest(
        run_key=f"{first}..{last}: {due.reason}",
        tags={
            "dagster/asset_partition_range_start": str(first),
            "dagster/asset_partition_range_end": str(last),
        },
    )
