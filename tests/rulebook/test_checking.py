"""What the checker finds in a rulebook that reads well."""

from pathlib import Path

import pytest
from rulebook_cases import SMALL, write

from mofang_pipeline.rulebook import RulebookError, check, read_rulebook, require_valid

TREE = SMALL["tree.yaml"]
SPLIT = """
splits:
  - {id: A_RURAL, parent: G_OLD, when: "is_rural", zh: 县域, en: Rural}
  - {id: A_URBAN, parent: G_OLD, otherwise: true, zh: 城区, en: Urban}
"""


def tree(old: str, new: str) -> dict[str, str]:
    assert old in TREE
    return {"tree.yaml": TREE.replace(old, new, 1)}


def values(text: str, org: str = "P1") -> dict[str, str]:
    return {f"branches/{org}.yaml": f"org: {org}\nvalues: {{{text}}}\n"}


def splits(old: str = "", new: str = "", org: str = "P1") -> dict[str, str]:
    return {f"branches/{org}.yaml": f"org: {org}" + SPLIT.replace(old, new, 1)}


def found(folder: Path, changes: dict[str, str]) -> list[str]:
    return [str(problem) for problem in check(read_rulebook(write(folder, changes)))]


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        (tree("default: 30", "default: 5"), "tree.yaml: parameter window: 5 is outside 7..120 days"),
        (tree("default: 30", "default: 30.5"), "tree.yaml: parameter window: 30.5 is not a whole number"),
        (tree("default: 30", "default: many"), "tree.yaml: parameter window: 'many' is not a number"),
        (tree("default: 30", "default: true"), "tree.yaml: parameter window: True is not a number"),
        (tree("default: 30", "default: .nan"), "tree.yaml: parameter window: '.nan' is not a number"),
        (tree("default: 30", "default: 1e309"), "tree.yaml: parameter window: '1e309' is not a number"),
        (tree("min: 7", "min: few"), "tree.yaml: parameter window: 'few' is not a number"),
        (
            tree("default: 500", "default: 0.499"),
            "tree.yaml: parameter rich: 0.499 is not a whole number of fens",
        ),
        (tree("default: 500", "default: 0.49"), "tree.yaml: parameter rich: 0.49 is outside 0.5..9000 yuan"),
        (
            tree("default: 500", "default: 99999999999999"),
            "tree.yaml: parameter rich: 99999999999999 is beyond",
        ),
        (
            tree("default: 60", "default: 30"),
            "tree.yaml: organisation HQ: breaks the constraint window < limit",
        ),
        (
            tree("window < limit", "window < nothing"),
            "tree.yaml: constraint 'window < nothing': unknown parameter",
        ),
        (
            tree("age >= 65", "agee >= 65"),
            "tree.yaml: node G_OLD: when: unknown column of customer_wide 'agee'",
        ),
        (tree(":rich", ":poor"), "tree.yaml: node RICH: when: unknown parameter ':poor'"),
        (tree(":window", ":rich"), "tree.yaml: node NOW: when: int and money cannot be compared"),
        (
            tree("days_since_last_paid < :window", "days_since_last_paid is null"),
            "tree.yaml: node NOW: asks the same as",
        ),
        (
            tree("days_since_last_paid < :window", "null is null"),
            "tree.yaml: node NOW: when: 'null' is not part",
        ),
        (tree(", en: Old", ""), "tree.yaml: node G_OLD: has no English name"),
        (tree("zh: 窗口, ", ""), "tree.yaml: parameter window: has no Chinese name"),
        (values("window: 6"), "branches/P1.yaml: parameter window: 6 is outside 7..120 days"),
        (values("window: wide"), "branches/P1.yaml: parameter window: 'wide' is not a number"),
        (values("windows: 30"), "branches/P1.yaml: parameter windows: is not in tree.yaml"),
        (values("rich: 600"), "branches/P1.yaml: parameter rich: may be set down to hq, not by P1 (tier1)"),
        (
            values("limit: 70", "C1"),
            "branches/C1.yaml: parameter limit: may be set down to tier1, not by C1 (tier2)",
        ),
        (values("window: 60"), "branches/P1.yaml: organisation P1: breaks the constraint window < limit; "),
        (
            values("window: {value: 60, from: 2026-02-01}", "C1"),
            "branches/C1.yaml: organisation C1: breaks the constraint window < limit from 2026-02-01",
        ),
        (splits("is_rural", "is_rurall"), "branches/P1.yaml: node A_RURAL: when: unknown column"),
        (splits("id: A_RURAL", "id: RICH"), "branches/P1.yaml: node RICH: the id is also used in tree.yaml"),
        (splits("zh: 县域, ", ""), "branches/P1.yaml: node A_RURAL: has no Chinese name"),
        (splits(org="HQ"), "branches/HQ.yaml: splits: head office changes the main tree instead"),
    ],
)
def test_found(tmp_path: Path, changes: dict[str, str], start: str) -> None:
    assert [problem[: len(start)] for problem in found(tmp_path, changes)] == [start]


def test_only_a_main_leaf_can_be_split(tmp_path: Path) -> None:
    text = "org: P1" + SPLIT.replace("parent: G_OLD", "parent: GONE")
    assert found(tmp_path, {"branches/P1.yaml": text})[0].startswith(
        "branches/P1.yaml: node GONE: is not a leaf"
    )


def test_local_ids_are_unique_over_branches(tmp_path: Path) -> None:
    problems = found(tmp_path, splits() | splits(org="P2"))
    assert problems[0].startswith("branches/P1.yaml: node A_RURAL: the id is also used in branches/P2.yaml")


def test_a_constraint_that_a_city_inherits_broken_is_reported_once(tmp_path: Path) -> None:
    assert len(found(tmp_path, values("limit: 20"))) == 1


def test_all_problems_are_found_together(tmp_path: Path) -> None:
    changes = tree("age >= 65", "agee >= 65") | values("window: 121, windows: 1")
    assert len(found(tmp_path, changes)) == 4


def test_require_valid_raises_them_all(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"121 is outside .*\(and 1 more\)"):
        require_valid(read_rulebook(write(tmp_path, values("window: 121"))))
