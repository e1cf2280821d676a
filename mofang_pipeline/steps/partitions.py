"""Days, and provinces within days: which there are, which a run is for, and one after the other.

A day's rows depend only on the day and on what has landed, never on the clock. The clock only tells how far the list
of days goes on a server that runs for long; days that have landed are in the list whatever the clock says.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import dagster as dg

from mofang_pipeline.home import Home
from mofang_pipeline.landing import arrived_days


def daily(home: Home, include: tuple[date, date] | None = None) -> dg.DailyPartitionsDefinition:
    """From the first landed (or included) day; to today or the last landed (or included) day, if that is later.

    Where the data end for good (MOFANG_DATA_END), no later day is offered unless its files have landed.
    """
    span = [day for days in arrived_days(home.landing).values() for day in days] + list(include or ())
    today = datetime.now(UTC).date()  # Dagster's, which counts on from it; the machine's zone is no matter
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


def each_day(
    context: dg.AssetExecutionContext, todo: Sequence[date], write: Callable[[date], int]
) -> dict[str, Any]:
    """Writes each day's partition and says so; returns metadata: rows, days and seconds."""
    started = time.monotonic()
    rows = 0
    for number, day in enumerate(todo, start=1):
        rows += write(day)
        context.log.info(f"{day} ({number} of {len(todo)})")
    seconds = round(time.monotonic() - started, 1)
    return {"dagster/partition_row_count": rows, "days": len(todo), "seconds": seconds}
