"""Versions, node lists, ancestors and lowest common ancestors, and local splits in all of them."""

from datetime import date
from pathlib import Path
from typing import Any

from rulebook_cases import DAY, SMALL, customer, segment, write

from mofang_pipeline.rulebook import (
    Override,
    Rulebook,
    ancestor_rows,
    lca_rows,
    node_rows,
    parameter_rows,
    read_rulebook,
    with_override,
)

SPLIT = """
org: {org}
splits:
  - {{id: {org}_RURAL, parent: {leaf}, when: "is_rural and age >= :limit", zh: 县域, en: Rural}}
  - {{id: {org}_URBAN, parent: {leaf}, otherwise: true, zh: 城区, en: Urban}}
"""
OLD = {"province": "P1", "city": None, "age": 70, "days_since_last_paid": 99}


def split(folder: Path, *orgs: str, leaf: str = "G_OLD") -> Rulebook:
    return read_rulebook(
        write(folder, {f"branches/{org}.yaml": SPLIT.format(org=org, leaf=leaf) for org in orgs})
    )


def versions(rulebook: Rulebook) -> dict[str, str]:
    return {row["org_code"]: row["rule_version"] for row in parameter_rows(rulebook, DAY, DAY)}


def nodes(rulebook: Rulebook, org: str) -> dict[str, dict[str, Any]]:
    return {row["node_id"]: row for row in node_rows(rulebook, DAY) if row["org_code"] == org}


def test_a_branch_and_its_cities_share_a_version(tmp_path: Path) -> None:
    found = versions(with_override(read_rulebook(write(tmp_path)), "C1", "window", Override(50)))
    assert found["P1"] == found["C1"] == found["C2"] != found["P2"]


def test_a_branchs_change_leaves_other_versions_alone(tmp_path: Path) -> None:
    before = read_rulebook(write(tmp_path))
    after = with_override(before, "P1", "window", Override(50))
    assert versions(before)["P2"] == versions(after)["P2"]


def test_a_value_equal_to_the_inherited_one_changes_no_version(tmp_path: Path) -> None:
    before = read_rulebook(write(tmp_path))
    after = with_override(with_override(before, "P1", "window", Override(30)), "C1", "rich", Override(500))
    assert versions(before) == versions(after)


def test_a_split_changes_the_version(tmp_path: Path) -> None:
    assert versions(split(tmp_path / "a", "P1"))["P1"] != versions(read_rulebook(write(tmp_path / "b")))["P1"]


def test_versions_are_the_same_on_every_machine(tmp_path: Path) -> None:
    assert versions(read_rulebook(write(tmp_path)))["P1"] == "b504922c2eb8991b"


def test_a_province_splits_for_its_cities_too(tmp_path: Path) -> None:
    assert segment(split(tmp_path, "P1"), customer(**OLD | {"city": "C1", "is_rural": True})) == "P1_RURAL"


def test_another_province_keeps_the_main_leaf(tmp_path: Path) -> None:
    assert segment(split(tmp_path, "P1"), customer(**OLD | {"province": "P2"})) == "G_OLD"


def test_a_citys_split_wins_over_its_provinces(tmp_path: Path) -> None:
    rulebook = split(tmp_path, "P1", "C1")
    assert segment(rulebook, customer(**OLD | {"city": "C1", "is_rural": None})) == "C1_URBAN"


def test_without_a_city_the_provinces_split_holds(tmp_path: Path) -> None:
    assert segment(split(tmp_path, "P1", "C1"), customer(**OLD)) == "P1_URBAN"


def test_head_office_sees_the_main_tree_alone(tmp_path: Path) -> None:
    assert list(nodes(split(tmp_path, "P1"), "HQ")) == [
        "root",
        "NEVER",
        "NOW",
        "RICH",
        "POOR",
        "GONE",
        "G_OLD",
        "G_YOUNG",
    ]


def test_a_city_sees_its_provinces_split(tmp_path: Path) -> None:
    found = nodes(split(tmp_path, "P1"), "C1")
    shown = [
        (id_, row["parent_id"], row["depth"], row["is_leaf"], row["hq_leaf"]) for id_, row in found.items()
    ]
    assert shown[5:] == [
        ("GONE", "root", 1, False, None),
        ("G_OLD", "GONE", 2, False, "G_OLD"),
        ("P1_RURAL", "G_OLD", 3, True, "G_OLD"),
        ("P1_URBAN", "G_OLD", 3, True, "G_OLD"),
        ("G_YOUNG", "GONE", 2, True, "G_YOUNG"),
    ]


def test_a_city_with_its_own_split_sees_only_that(tmp_path: Path) -> None:
    found = nodes(split(tmp_path, "P1", "C1"), "C1")
    assert [id_ for id_, row in found.items() if row["parent_id"] == "G_OLD"] == ["C1_RURAL", "C1_URBAN"]


def test_a_province_that_splits_sees_its_cities_leaves_so_that_sums_hold(tmp_path: Path) -> None:
    found = nodes(split(tmp_path, "P1", "C1"), "P1")
    below = [id_ for id_, row in found.items() if row["parent_id"] == "G_OLD"]
    assert below == ["P1_RURAL", "P1_URBAN", "C1_RURAL", "C1_URBAN"]


def test_a_province_that_does_not_split_keeps_its_leaf(tmp_path: Path) -> None:
    assert nodes(split(tmp_path, "C1"), "P1")["G_OLD"]["is_leaf"]


def test_conditions_show_the_organisations_values(tmp_path: Path) -> None:
    rulebook = with_override(split(tmp_path, "P1"), "C1", "window", Override(50))
    found = nodes(rulebook, "C1")
    assert [found[id_]["condition"] for id_ in ("root", "NOW", "RICH", "GONE", "P1_RURAL")] == [
        "",
        "days_since_last_paid < 50",
        "aum_fen >= 50000",
        "otherwise",
        "is_rural and age >= 60",
    ]


def test_nodes_carry_the_version_of_the_organisations_rows(tmp_path: Path) -> None:
    rulebook = with_override(read_rulebook(write(tmp_path)), "P1", "window", Override(50))
    assert {org: nodes(rulebook, org)["root"]["rule_version"] for org in versions(rulebook)} == versions(
        rulebook
    )


def test_nodes_are_unique_per_version_and_organisation(real: Rulebook) -> None:
    keys = [
        (row["rule_version"], row["org_code"], row["node_id"]) for row in node_rows(real, date(2026, 1, 1))
    ]
    assert len(keys) == len(set(keys))


def test_ancestors_of_a_local_leaf(tmp_path: Path) -> None:
    rows = [row for row in ancestor_rows(split(tmp_path, "P1")) if row["leaf"] == "P1_RURAL"]
    assert [(row["node_id"], row["depth"], row["hq_leaf"], row["is_self"]) for row in rows] == [
        ("root", 0, "G_OLD", False),
        ("GONE", 1, "G_OLD", False),
        ("G_OLD", 2, "G_OLD", False),
        ("P1_RURAL", 3, "G_OLD", True),
    ]


def test_every_local_leaf_of_the_shipped_rulebook_rolls_up(real: Rulebook) -> None:
    hq_leaf = {row["leaf"]: row["hq_leaf"] for row in ancestor_rows(real)}
    assert {
        hq_leaf[node.id] == node.parent for branch in real.branches.values() for node in branch.splits
    } == {True}


def test_lowest_common_ancestors(tmp_path: Path) -> None:
    found = {(row["leaf_a"], row["leaf_b"]): row["split_node"] for row in lca_rows(split(tmp_path, "P1"))}
    pairs = [
        ("RICH", "RICH"),
        ("RICH", "POOR"),
        ("RICH", "G_OLD"),
        ("P1_RURAL", "P1_URBAN"),
        ("G_OLD", "P1_RURAL"),
    ]
    assert [found[pair] for pair in pairs] == ["RICH", "NOW", "root", "G_OLD", "G_OLD"]


def test_every_ordered_pair_of_leaves_has_one(tmp_path: Path) -> None:
    assert len(lca_rows(split(tmp_path, "P1"))) == (5 + 2) ** 2


def test_the_small_tree_is_what_these_tests_think() -> None:
    assert SMALL["tree.yaml"].count("- {id:") == 8
