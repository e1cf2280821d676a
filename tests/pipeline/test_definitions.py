"""What Dagster shows: the names, and that an installation without any file can be opened."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from mofang_pipeline.definitions import build
from mofang_pipeline.home import REPOSITORY, Home


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home without a file, in which dbt's project is parsed once."""
    return tmp_path_factory.mktemp("empty")


def test_names_in_the_flow(empty: Path) -> None:
    graph = build(Home(home=empty)).resolve_asset_graph()
    ours = {key.to_user_string() for key in graph.materializable_asset_keys}
    assert {
        "landed/payment",
        "customer_wide",
        "segment_membership",
        "province_segments",
        "segment_profile_daily",
        "segment_distribution_daily",
        "segment_edge_daily",
        "segment_transition_daily",
        "segment_set_member",
        "segment_set/dormant_with_assets",
        "published",
    } <= ours


def test_every_asset_says_what_it_is_and_whose(empty: Path) -> None:
    graph = build(Home(home=empty)).resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.materializable_asset_keys]
    assert not [
        node.key.to_user_string()
        for node in nodes
        if not (node.description and node.owners and node.kinds and node.group_name != "default")
    ]


def test_a_set_leads_to_what_uses_it(empty: Path, tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "rulebook", tmp_path / "rulebook")
    campaigns = tmp_path / "rulebook" / "campaigns"
    campaigns.mkdir(exist_ok=True)
    (campaigns / "spring.yaml").write_text(
        "{campaign: spring, zh: 春, org: '000000', audience: {set: worth_winning},"
        " arms: {treatment: 0.9, control: 0.1}, window: {from: 2026-03-01, to: 2026-03-31}}"
    )
    graph = build(Home(home=empty, rulebook=tmp_path / "rulebook")).resolve_asset_graph()
    below = graph.get(dg.AssetKey(["segment_set", "worth_winning"])).child_keys
    assert {key.to_user_string() for key in below} >= {"campaign_audience", "push_leaver"}
