"""What Dagster shows: the names, and that an installation without any file can be opened."""

from pathlib import Path

from mofang_pipeline.definitions import build
from mofang_pipeline.home import Home


def test_names_in_the_flow(tmp_path: Path) -> None:
    graph = build(Home(home=tmp_path)).resolve_asset_graph()
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
