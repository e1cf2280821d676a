"""What the solver proves: who cannot be reached and why, and that the engine agrees with every example."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from rulebook_cases import DAY, SMALL, evaluated, write

from mofang_pipeline.rulebook import (
    Override,
    Rulebook,
    RulebookError,
    check,
    parameter_rows,
    read_rulebook,
    segment_case,
    with_override,
)
from mofang_pipeline.rulebook.prove import examples, examples_of_all, proof

TREE = SMALL["tree.yaml"]
HEAD = TREE.split("nodes:")[0]


def tree(*nodes: str) -> dict[str, str]:
    """A tree of `ID: condition` below the root, and REST."""
    lines = [node.split(": ", 1) for node in nodes]
    listed = [f'  - {{id: {name}, parent: root, when: "{when}", zh: 甲, en: A}}\n' for name, when in lines]
    rest = "  - {id: root, zh: 甲, en: A}\n" + "".join(listed)
    return {
        "tree.yaml": f"{HEAD}nodes:\n{rest}  - {{id: REST, parent: root, otherwise: true, zh: 甲, en: A}}\n"
    }


def refused(folder: Path, changes: dict[str, str]) -> list[str]:
    return [str(problem) for problem in check(read_rulebook(write(folder, changes)))]


def test_the_shipped_rulebook_is_proved_whole(real: Rulebook) -> None:
    assert (proof(real).problems, proof(real).unproved) == ((), ())


@pytest.mark.parametrize(
    ("nodes", "reason"),
    [
        (["A: age > 10", "B: age > 20"], "B: nobody can reach it: A (age > 10) takes every customer with age > 20"),
        (["A: age > 10", "B: 10 < age"], "B: asks the same as its sibling A"),
        (["A: age >= 11", "B: not age < 11"], "B: asks the same as its sibling A, which takes every customer"),
        (["A: age > 20 and age < 10"], "A: nobody can reach it: its condition age > 20 and age < 10 is never true"),
        (["A: age is null", "B: age >= 5", "C: age < 5"], "REST: nobody can reach it: A (age is null), B"),
        (["A: pay_cnt_30d >= 0"], "REST: nobody can reach it: A (pay_cnt_30d >= 0) takes every customer first"),
        (["A: pay_cnt_7d > pay_cnt_30d"], "A: nobody can reach it: its condition pay_cnt_7d > pay_cnt_30d is never"),
        (["A: pay_cnt_1d / pay_cnt_7d > 1"], "A: nobody can reach it: its condition pay_cnt_1d / pay_cnt_7d > 1 is"),
        (["A: gender = 'F'", "B: gender = 'M'", "C: gender is null"], "REST: nobody can reach it: A (gender = 'F')"),
        (["A: gender = 'X'"], "A: nobody can reach it: its condition gender = 'X' is never true, as always gender"),
        (["A: province = '999999'"], "A: nobody can reach it"),
        (["A: city = 'C1' and province = 'P2'"], "A: nobody can reach it"),
        (["A: has_mobile is null"], "A: nobody can reach it"),
        (["A: is_rural", "B: not is_rural", "C: is_rural is null"], "REST: nobody can reach it"),
        (["A: day < first_paid_on"], "A: nobody can reach it"),
        (["A: days(day, last_paid_on) < 5 and days_since_last_paid > 6"], "A: nobody can reach it"),
        (["A: aum_fen >= :rich", "B: aum_fen >= 50001"], "B: nobody can reach it: A (aum_fen >= 50000) takes every"),
        (["A: coalesce(age, 0) < 10", "B: age is null"], "B: nobody can reach it: A (coalesce(age, 0) < 10) takes"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, nodes: list[str], reason: str) -> None:
    assert [each.split("node ")[1][: len(reason)] for each in refused(tmp_path, tree(*nodes))] == [reason]


@pytest.mark.parametrize(
    "nodes",
    [
        ["A: age > 20", "B: age > 10"],
        ["A: is_rural", "B: not is_rural"],  # NULL is neither
        ["A: age < 5", "B: age >= 5"],
        [
            "A: pay_amt_30d / pay_cnt_30d >= :rich",
            "B: pay_amt_30d / pay_cnt_30d < :rich",
        ],  # 0 payments are neither
        ["A: aum_fen < 0"],  # only a warning of the suite, so not assumed
        ["A: pay_cnt_7d * 4 > pay_cnt_30d"],
        ["A: city = 'C1'", "B: province = 'P1'"],
        ["A: day >= '2030-01-01'"],
        ["A: first_paid_on < '2020-02-29'", "B: days(day, first_paid_on) > 700"],
        ["A: top_institution_30d in ('wechat', 'alipay')", "B: top_institution_30d = 'x'"],
        ["A: pay_amt_7d * 0.5 > 1.25 and - age < -17"],
        ["A: is_rural = has_mobile", "B: is_rural <> has_mobile"],
        ["A: coalesce(is_rural, has_mobile, false)"],
        ["A: pay_cnt_7d * pay_cnt_30d > 6"],  # not linear
    ],
)
def test_sound(tmp_path: Path, nodes: list[str]) -> None:
    assert refused(tmp_path, tree(*nodes)) == []


def test_a_shadowed_customer_is_shown_with_where_it_goes(tmp_path: Path) -> None:
    found = refused(tmp_path, tree("A: age > 10", "B: age > 20 and is_rural"))
    assert re.search(r"; for example age = \d+, is_rural = True is in A / .*；例如 age = ", found[0])


def test_a_shadow_that_asks_nothing_takes_anybody(tmp_path: Path) -> None:
    found = refused(tmp_path, tree("A: true"))
    assert re.search(r"; anybody is in A / .*；任何客户都归入 A", found[0])


def test_a_gap_is_shown_with_a_customer_in_it(tmp_path: Path) -> None:
    changes = {
        "tree.yaml": TREE.replace("  - {id: POOR, parent: NOW, otherwise: true, zh: 贫, en: Poor}\n", "")
    }
    with pytest.raises(
        RulebookError, match=r"node NOW: its last child RICH is not .*; for example .*aum_fen"
    ):
        read_rulebook(write(tmp_path, changes))


def test_a_node_that_is_not_reached_stands_for_all_below(tmp_path: Path) -> None:
    changes = {"tree.yaml": TREE.replace("days_since_last_paid < :window", "days_since_last_paid < 0")}
    assert [each.split(": ")[1] for each in refused(tmp_path, changes)] == ["node NOW"]


def test_a_branch_is_named_where_its_values_shadow(tmp_path: Path) -> None:
    nodes = tree("A: age < :limit", "B: age between 61 and 130", "C: age < 70")
    changes = nodes | {"branches/P1.yaml": "org: P1\nvalues: {limit: {value: 80, from: 2026-02-01}}\n"}
    expected = (
        "branches/P1.yaml: node C: nobody can reach it: A (age < 80) takes every customer with age < 70 first"
    )
    assert refused(tmp_path, changes)[0].startswith(expected)
    assert "(in P1 and 2 more from 2026-02-01)" in refused(tmp_path, changes)[0]


def test_a_local_leaf_is_proved_within_its_leaf(tmp_path: Path) -> None:
    split = """org: P1
splits:
  - {id: L1, parent: G_OLD, when: "age < 65", zh: 甲, en: A}
  - {id: L2, parent: G_OLD, otherwise: true, zh: 甲, en: A}
"""
    expected = (
        "branches/P1.yaml: node L1: nobody can reach it: its condition age < 65 is never true within G_OLD"
    )
    assert [each[: len(expected)] for each in refused(tmp_path, {"branches/P1.yaml": split})] == [expected]


def test_a_city_of_its_own_may_be_asked_for_in_a_split(tmp_path: Path) -> None:
    split = """org: P1
splits:
  - {id: L1, parent: G_OLD, when: "city = '%s'", zh: 甲, en: A}
  - {id: L2, parent: G_OLD, otherwise: true, zh: 甲, en: A}
"""
    assert refused(tmp_path, {"branches/P1.yaml": split % "C1"}) == []
    assert len(refused(tmp_path, {"branches/P1.yaml": split % "C9"})) == 1


def test_one_payment_is_what_everybody_active_has(real: Rulebook) -> None:
    """n_low = 1 leaves nobody for D12 while the active window is 30 days, and somebody where it is longer."""
    problems = [str(each) for each in check(with_override(real, "110000", "n_low", Override(1)))]
    assert len(problems) == 1 and problems[0].startswith(
        "branches/110000.yaml: node D12: nobody can reach it: LOW (pay_cnt_30d >= 1) takes every customer of "
        "ACTIVE (days_since_last_paid < 30) first, as always (days_since_last_paid < 30) = (pay_cnt_30d > 0)"
    )
    assert check(with_override(real, "540000", "n_low", Override(1))) == []


def test_what_is_not_decided_is_told_and_refuses_nothing(tmp_path: Path) -> None:
    cubes = [f"{name} * {name} * {name}" for name in ("refund_cnt_30d", "fail_cnt_30d", "contact_cnt_30d")]
    given = "refund_cnt_30d > 0 and fail_cnt_30d > 0 and contact_cnt_30d > 0"
    fermat = read_rulebook(write(tmp_path, tree(f"A: {given} and {cubes[0]} + {cubes[1]} = {cubes[2]}")))
    assert check(fermat) == []
    assert [str(each)[:27] for each in proof(fermat).unproved] == ["tree.yaml: node A: not prov"]


def test_examples_of_all_organisations_land_where_they_should(real: Rulebook) -> None:
    found = examples_of_all(real, DAY)
    assert list(found) == list(real.organisations)
    customers = [row for rows in found.values() for row in rows.values()]
    landed = evaluated(segment_case(real), customers, parameter_rows(real, DAY, DAY))
    assert landed == [leaf for rows in found.values() for leaf in rows]


def test_every_leaf_of_an_organisation_has_an_example(real: Rulebook) -> None:
    local = {"B7_YN_CROP", "B7_YN_OTHER"}
    assert set(examples(real, "530000", DAY)) == {*real.tree.leaves, *local} - {"B7"}


def test_an_example_is_a_customer_of_the_organisation_and_day(real: Rulebook) -> None:
    places = {(row["province"], row["city"], row["day"]) for row in examples(real, "540100", DAY).values()}
    assert places == {("540000", "540100", DAY)}


def test_examples_follow_the_period(tmp_path: Path) -> None:
    changes = {"branches/P1.yaml": "org: P1\nvalues: {window: {value: 10, from: 2026-02-01}}\n"}
    rulebook = read_rulebook(write(tmp_path, changes))
    days = [date(2026, 1, 31), date(2026, 2, 1)]
    for day in days:
        row: dict[str, Any] = examples(rulebook, "P1", day)["POOR"]
        assert evaluated(segment_case(rulebook), [row], parameter_rows(rulebook, *days)) == ["POOR"]


def test_an_equal_rulebook_is_proved_once(tmp_path: Path) -> None:
    folder = write(tmp_path)
    assert proof(read_rulebook(folder)) is proof(read_rulebook(folder))
