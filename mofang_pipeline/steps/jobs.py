"""The jobs, and the sensor and schedule that start them: a day is computed when its files have arrived."""

from typing import Any

import dagster as dg

from mofang_pipeline.steps import campaigns, reconciliation

NIGHTLY = "nightly"
PROVINCES_ALONE = "provinces_alone"
RECONCILIATION = "reconciliation"
CAMPAIGNS = "campaigns"


def build(days: dg.PartitionsDefinition) -> list[Any]:
    everything = dg.AssetSelection.all() - dg.AssetSelection.assets("province_segments")
    return [
        dg.define_asset_job(
            NIGHTLY,
            selection=everything,
            partitions_def=days,
            description="Landing to publication, for a day or a range of days in one run.",
        ),
        dg.define_asset_job(
            PROVINCES_ALONE,
            selection=dg.AssetSelection.assets("segment_membership").downstream(),
            partitions_def=days,
            description="Segments to publication of the provinces given, from the wide table that is there.",
        ),
        dg.define_asset_job(
            RECONCILIATION,
            selection=dg.AssetSelection.assets(*reconciliation.TABLES),
            partitions_def=days,
            description="The reward rows that have landed, compared again; what readers see moves with the next night.",
        ),
        dg.define_asset_job(
            CAMPAIGNS,
            selection=dg.AssetSelection.assets(*campaigns.STATES, *reconciliation.TABLES, *campaigns.RESULTS),
            partitions_def=days,
            description="Campaigns as of the last computed day: their states, rewards compared, what came of them.",
        ),
    ]
