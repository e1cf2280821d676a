"""A day keeps the rules it was computed with, by province, and its own tree."""

from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
import sqlalchemy as sa

from mofang_pipeline import published, rule_actions, rules, trees
from mofang_pipeline.control import log
from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import resolved

ONE, TWO = date(2026, 7, 1), date(2026, 7, 2)
TIBET, YUNNAN = "540000", "530000"


@pytest.fixture
def lake() -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake's tables, in memory."""
    with duckdb.connect() as connection:
        connection.execute("create schema mart; create schema int; use mart")
        for part in ("core", "rules"):
            connection.execute(published.statement(f"tables/{part}"))
        yield connection


def change(home: Home) -> None:
    rule_actions.set_values(
        home, actor="li", approver="wang", org_code=TIBET, values={"active_days": "45"}, effective_from=ONE,
        reason="试点",
    )  # fmt: skip


def active_days(home: Home, day: date, province: str = TIBET) -> int | float:
    return resolved(rules.of_day(home, day)[province], day)[province]["active_days"].value


def test_a_computed_day_keeps_its_rules_and_a_new_one_has_the_change(own: Home) -> None:
    rules.keep(own, rules.of_days(own, [ONE]))
    change(own)
    assert [active_days(own, day) for day in (ONE, TWO)] == [60, 45]


def test_a_province_alone_has_rules_of_its_own(own: Home) -> None:
    rules.keep(own, rules.of_days(own, [ONE]), [YUNNAN])
    before = rules.of_day(own, ONE)[YUNNAN]
    change(own)
    held = rules.of_day(own, ONE)
    assert held[YUNNAN] is before
    assert resolved(held[TIBET], ONE)[TIBET]["active_days"].value == 45


def test_equal_rules_are_one_object(own: Home) -> None:
    rules.keep(own, rules.of_days(own, [ONE, TWO]))
    assert len({id(book) for day in (ONE, TWO) for book in rules.of_day(own, day).values()}) == 1


def test_what_is_kept_already_is_not_kept_again(own: Home, database: sa.Engine) -> None:
    for _ in range(2):
        rules.keep(own, rules.of_days(own, [ONE, TWO]))
    assert [entry.action for entry in log.entries(database)] == ["rulebook.changed", "rules.used"]


def test_a_day_of_two_rulebooks_has_both_their_versions(own: Home, lake: duckdb.DuckDBPyConnection) -> None:
    rules.keep(own, rules.of_days(own, [ONE]), [YUNNAN])
    change(own)
    path = own.rulebook / "tree.yaml"
    text = path.read_text(encoding="utf-8").replace("zh: 无卡低潜", "zh: 无卡潜力低")
    path.write_text(text, encoding="utf-8")
    held = rules.rulebooks(rules.of_days(own, [ONE, TWO]))
    trees.write_trees(lake, held, rules.in_force(own))
    versions = {
        (day, code): version
        for day, code, version in lake.execute(
            "select day, org_code, rule_version from rule_version_day"
        ).fetchall()
    }
    assert len(versions) == 2 * len(rules.in_force(own).organisations)
    same = {code for day, code in versions if day == ONE and versions[ONE, code] == versions[TWO, code]}
    assert {"000000", TIBET} <= same and YUNNAN not in same
    unresolved = lake.execute(
        "select count(*) from rule_version_day anti join rule_version using (org_code, rule_version)"
    ).fetchone()
    assert unresolved == (0,)


def test_a_day_keeps_its_tree(own: Home, lake: duckdb.DuckDBPyConnection) -> None:
    old = rules.in_force(own)
    trees.write_tree(lake, old, [ONE])
    path = own.rulebook / "branches" / f"{YUNNAN}.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index("splits:")], encoding="utf-8")
    trees.write_tree(lake, rules.in_force(own), [TWO])
    leaves = {day: {row[0] for row in lake.execute(LEAVES, [day]).fetchall()} for day in (ONE, TWO)}
    assert leaves[ONE] - leaves[TWO] == {"B7_YN_CROP", "B7_YN_OTHER"}
    shown = {row[0] for row in lake.execute("select leaf from segment_ancestor").fetchall()}
    assert {"B7_YN_CROP", "B7_YN_OTHER"} <= shown


LEAVES = """
select leaf from int.tree_ancestor inner join int.tree_of_day using (tree) where day = ?
"""
