"""Step 1: landed files -> typed rows and quarantine."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import dagster as dg

from mofang_pipeline import landing, published
from mofang_pipeline.landing.contract import TABLES
from mofang_pipeline.landing.record import Counts
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang


def build(days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            ["landed", table.name],
            description=f"Typed rows of landing/{table.name}, key {', '.join(table.key)}; refused rows: quarantine.",
            group_name="landing",
            kinds={"parquet", "duckdb"},
            owners=["team:data"],
            partitions_def=days,
        )
        for table in TABLES
    ]

    @dg.multi_asset(
        name="land_files",
        specs=specs,
        backfill_policy=dg.BackfillPolicy.single_run(),
        pool="lake_writer",
        retry_policy=dg.RetryPolicy(max_retries=1, delay=10),
    )
    def land_files(context: dg.AssetExecutionContext, mofang: Mofang) -> Iterator[dg.MaterializeResult[Any]]:
        """Loads every file that has landed up to the run's last day and is not loaded yet."""
        started = time.monotonic()
        rulebook = mofang.rulebook()
        with mofang.writer() as connection:
            published.write_organisations(connection, rulebook)
            published.create_views(
                connection
            )  # the status of days is there to be read even if no run ever ends well
            summary = landing.load(
                connection,
                landing=mofang.home.landing,
                through=days_of(context)[1],
                organisations=[
                    {"org_code": org.org_code, "parent_code": org.parent_code, "level": org.level}
                    for org in rulebook.organisations.values()
                ],
                token_key=mofang.home.secret("token_key"),
                timezone=rulebook.settings.timezone,
                restatement_days=rulebook.settings.restatement_days,
                progress=context.log.info,
            )
        for message in summary.messages:
            context.log.warning(message)
        seconds = round(time.monotonic() - started, 1)
        for table in TABLES:
            counts = asdict(summary.tables.get(table.name, Counts()))
            yield dg.MaterializeResult(
                asset_key=["landed", table.name], metadata={"seconds": seconds, **counts}
            )

    return land_files
