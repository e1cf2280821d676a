"""What people have saved, shown beside the pipeline's own assets: the portal's segment sets, all campaigns over sets.

They are external assets: Dagster shows them and what leads to them, while the nights' own steps compute them and report
what they found. So a set that is saved or thrown away between two loads of the definitions changes no job. They are
read from the log as definitions are loaded; an installation without a log has none yet.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import sqlalchemy as sa

from mofang_pipeline.campaigns.history import Known as KnownCampaign
from mofang_pipeline.campaigns.history import known_campaigns
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, RulebookError
from mofang_pipeline.segment_sets.check import node_ids, sets_named
from mofang_pipeline.segment_sets.model import Definition
from mofang_pipeline.segment_sets.registry import Registry, live, read
from mofang_pipeline.stores import StoreError


def set_key(set_id: str) -> dg.AssetKey:
    return dg.AssetKey(["segment_set", set_id])


def campaign_key(campaign_id: str) -> dg.AssetKey:
    return dg.AssetKey(["campaign_plan", campaign_id])


def specs(home: Home, rulebook: Rulebook, assets: Mapping[str, dg.AssetKey]) -> list[dg.AssetSpec]:
    """`assets`: the sets of the rulebook's file, which are assets that nights compute."""
    if not home.postgres_url and not (home.root / "postgres").exists():
        return []
    try:
        sets = live(read(engine(home)))
        campaigns = known_campaigns(home, rulebook)
    except (
        StoreError,
        sa.exc.SQLAlchemyError,
        RulebookError,
    ):  # told by the run, not by a Dagster that does not start
        return []
    saved = [_set_spec(each, rulebook) for name, each in sets.items() if name not in assets]
    return [*saved, *(_campaign_spec(each) for each in campaigns.values() if each.campaign.set_name)]


def _set_spec(each: Definition, rulebook: Rulebook) -> dg.AssetSpec:
    """Downstream of the sets that it is made of."""
    try:
        parts = sets_named(each, node_ids(rulebook))
    except Refused:  # the tree has moved on since it was saved
        parts = ()
    return dg.AssetSpec(
        set_key(each.set_id),
        deps=["segment_membership", *map(set_key, parts)],
        description=f"{each.en}. {each.members or ''} {each.where or ''}".strip(),
        group_name="segment_sets",
        kinds={"duckdb"},
        metadata={"owner": f"{each.owner_org} {each.owner_user}"},
    )


def _campaign_spec(each: KnownCampaign) -> dg.AssetSpec:
    campaign = each.campaign
    return dg.AssetSpec(
        campaign_key(campaign.id),
        deps=[set_key(str(campaign.set_name))],
        description=f"{campaign.en}, {campaign.first} to {campaign.last}",
        group_name="campaigns",
        metadata={"organisation": campaign.org_code},
    )


def sets_of_night(
    sets: Registry, assets: frozenset[str], sizes: Mapping[str, int]
) -> Iterator[dg.AssetMaterialization]:
    """What a night has to say of the sets that are no assets of the file: customers, and what uses them."""
    for name, each in sets.items():
        if not each.deleted and name not in assets:
            uses = ", ".join(f"{by} {by_id}" for by, by_id in sorted(each.uses))
            told: dict[str, Any] = {
                "customers": sizes.get(name, 0),
                "version": each.latest.number,
                "used by": uses,
            }
            yield dg.AssetMaterialization(set_key(name), metadata=told)


def campaigns_of_night(found: Mapping[str, KnownCampaign]) -> Iterator[dg.AssetMaterialization]:
    """The state of each campaign over a set."""
    for name, each in found.items():
        if each.campaign.set_name:
            told = {"state": each.status.state, "problem": each.problem or ""}
            yield dg.AssetMaterialization(campaign_key(name), metadata=told)
