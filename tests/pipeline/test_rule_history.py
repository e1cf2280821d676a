"""Days keep the rules that they were computed with, and come under others only by a restatement with a name."""

from collections.abc import Callable
from datetime import date
from typing import Any

import duckdb
import pytest

from mofang_pipeline import plan, restatement, rule_actions
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.segments import rerun_province
from tests.pipeline.conftest import CHANGED_ON, run

Reading = Callable[[Home], duckdb.DuckDBPyConnection]
ONE, TWO = date(2026, 2, 1), date(2026, 2, 2)
PROVINCE = "440000"
TABLES = (
    "mart.segment_membership",
    "mart.segment_profile_daily",
    "mart.segment_distribution_daily",
    "mart.segment_transition_daily",
    "mart.rule_version_day",
)


def contents(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, list[Any]]:
    return {
        table: sorted(connection.execute(f"select * from {table} where day = ?", [day]).fetchall(), key=repr)
        for table in TABLES
    }


def rule_versions(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, str]:
    return dict(
        connection.execute(
            "select distinct province, rule_version from mart.segment_membership where day = ?", [day]
        ).fetchall()
    )


@pytest.fixture(scope="module")
def ruled(new_home: Callable[[str], Home]) -> Home:
    """Two days computed, then a change from the first of them approved."""
    home = new_home("ruled")
    run(home, ONE, TWO)
    rule_actions.set_values(
        home, actor="li", approver="wang", org_code=PROVINCE, values={"active_days": "8"},
        effective_from=ONE, reason="试点",
    )  # fmt: skip
    return home


def replay(home: Home, *days: date) -> None:
    """Segments to transitions of all provinces once more, as the asset province_segments does."""
    mofang = Mofang()
    assert mofang.home.root == home.root  # the run before has named it in the environment
    with mofang.writer() as connection:
        for day in days:
            rerun_province(connection, mofang, day, plan.tier1_codes(mofang.rulebook()))


def test_replay_and_restatement(ruled: Home, reading: Reading) -> None:
    """In one test, since each step follows from the one before."""
    connection = reading(ruled)
    before = {day: contents(connection, day) for day in (ONE, TWO)}

    replay(ruled, ONE, TWO)  # under the rules that they had
    assert {day: contents(connection, day) for day in (ONE, TWO)} == before

    rows = restatement.restate(
        ruled, actor="li", name="trial", first=TWO, last=TWO, provinces=[PROVINCE], reason="复核",
        progress=lambda _: None,
    )  # fmt: skip
    assert [(row.day, row.province, row.moved > 0) for row in rows] == [(TWO, PROVINCE, True)]
    assert contents(connection, ONE) == before[ONE]
    versions = rule_versions(connection, ONE), rule_versions(connection, TWO)
    assert {code for code in versions[0] if versions[0][code] != versions[1][code]} == {PROVINCE}
    caused = connection.execute(
        "select distinct day, province from mart.segment_transition_daily where cause in ('rule', 'both')"
    ).fetchall()
    assert caused == [(TWO, PROVINCE)]
    kept = connection.execute(
        "select * exclude restatement from mart.superseded_segment_membership where restatement = 'trial'"
    ).fetchall()
    was = [row for row in before[TWO]["mart.segment_membership"] if row[1] == PROVINCE]
    assert sorted(kept, key=repr) == was

    restated = contents(connection, TWO)
    replay(ruled, TWO)  # and from now on under the rules that the restatement gave it
    assert contents(connection, TWO) == restated


def test_a_restatements_name_is_used_once(ruled: Home) -> None:
    with pytest.raises(Refused, match="the name 'trial' was used"):
        restatement.restate(
            ruled, actor="li", name="trial", first=ONE, last=ONE, reason="again", progress=lambda _: None
        )


def test_nothing_to_restate_where_nothing_is_computed(ruled: Home) -> None:
    with pytest.raises(Refused, match="no day from"):
        restatement.restate(
            ruled,
            actor="li",
            name="n",
            first=CHANGED_ON,
            last=CHANGED_ON,
            reason="x",
            progress=lambda _: None,
        )


def test_the_history_is_published(ruled: Home, reading: Reading) -> None:
    row = (
        reading(ruled)
        .execute(
            "select status, value, effective_from, changed_by, approved_by from mart.parameter_change "
            "where org_code = ? and parameter = 'active_days' order by change_id desc limit 1",
            [PROVINCE],
        )
        .fetchone()
    )
    assert row == ("approved", "8", ONE, "li", "wang")
