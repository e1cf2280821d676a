"""Days, and provinces within days.

A day's rows depend only on the day and on what has landed, never on the clock. The clock only tells how far the list
of days goes on a server that runs for long; days that have landed are in the list whatever the clock says.
"""

from datetime import date, timedelta

import dagster as dg

from mofang_pipeline.home import Home
from mofang_pipeline.landing import arrived_days


def daily(home: Home, include: tuple[date, date] | None = None) -> dg.DailyPartitionsDefinition:
    """From the first landed (or included) day; to today or the last landed (or included) day, if that is later.

    Where the data end for good (MOFANG_DATA_END), no later day is offered unless its files have landed.
    """
    span = [day for days in arrived_days(home.landing).values() for day in days] + list(include or ())
    today = date.today()
    first, last = min(span, default=today), max(span, default=today)
    if home.data_end:
        end = max(last, home.data_end) + timedelta(days=1)
        return dg.DailyPartitionsDefinition(
            start_date=first.isoformat(),
            end_date=end.isoformat(),
            end_offset=max(0, (end - today).days),
            timezone="UTC",
        )
    return dg.DailyPartitionsDefinition(
        start_date=first.isoformat(), end_offset=max(1, (last - today).days + 1), timezone="UTC"
    )


def by_province(days: dg.DailyPartitionsDefinition, provinces: list[str]) -> dg.MultiPartitionsDefinition:
    return dg.MultiPartitionsDefinition({"day": days, "province": dg.StaticPartitionsDefinition(provinces)})


def days_of(
    context: dg.OpExecutionContext | dg.AssetExecutionContext | dg.AssetCheckExecutionContext,
) -> tuple[date, date]:
    """First and last day of the run, which may be one partition or a range of them."""
    tags = context.run.tags
    keys = (
        tags.get("dagster/asset_partition_range_start") or tags["dagster/partition"],
        tags.get("dagster/asset_partition_range_end") or tags["dagster/partition"],
    )
    return date.fromisoformat(keys[0]), date.fromisoformat(keys[1])
