"""Days keep the rules that they were computed with, and come under others only by a restatement with a name."""

import shutil
from collections.abc import Callable
from datetime import date
from typing import Any

import dagster as dg
import duckdb
import pytest
from starlette.testclient import TestClient

from mofang_pipeline import restatement, rule_actions
from mofang_pipeline.definitions import build
from mofang_pipeline.home import Home
from mofang_pipeline.portal.application import application
from mofang_pipeline.refusals import Refused
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.segments import rerun_province
from tests.pipeline.conftest import CHANGED_ON, run
from tests.superset.portal_client import Portal

Reading = Callable[[Home], duckdb.DuckDBPyConnection]
ONE, TWO = date(2026, 2, 1), date(2026, 2, 2)
PROVINCE, OF_THE_NIGHT = "440000", "510000"
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
    """A day computed, then one by Dagster's schedule with a change approved before; then a change from the first on."""
    home = new_home("ruled")
    for folder in home.landing.glob("*/dt=*"):
        if folder.name > f"dt={TWO}":
            shutil.rmtree(folder)
    run(home, ONE, ONE)
    propose_and_approve_in_the_portal(home)
    scheduled_night(home)
    change(home, PROVINCE, "8", ONE)
    return home


def change(home: Home, org_code: str, active_days: str, first: date) -> None:
    rule_actions.set_values(
        home, actor="li", approver="wang", org_code=org_code, values={"active_days": active_days},
        effective_from=first, reason="试点",
    )  # fmt: skip


def in_the_portal(home: Home, user: str, role: str = "branch_analyst") -> Portal:
    """A person of the branch as the pages in Superset are served; what the browser does is tests/superset's matter."""
    return Portal(TestClient(application(home)), OF_THE_NIGHT, role=role, user=user)


def propose_and_approve_in_the_portal(home: Home) -> None:
    wanted = {"values": {"active_days": "9"}, "from": str(TWO), "reason": "试点"}
    proposed = in_the_portal(home, "li").post("/rules/propose", wanted).json()
    checker = in_the_portal(home, "wang", "branch_approver")
    assert checker.post("/rules/approve", {"change_id": proposed["change_id"]}).json()["status"] == "approved"


def scheduled_night(home: Home) -> None:
    """What Dagster's daemon does: asks the schedule, and runs the job for the days that it names."""
    definitions = build(home)
    schedule = definitions.resolve_schedule_def("every_night")
    with dg.DagsterInstance.get() as instance, dg.build_schedule_context(instance) as context:
        [request] = schedule.evaluate_tick(context).run_requests or []
        job = definitions.resolve_job_def(schedule.job_name)
        assert job.execute_in_process(instance=instance, tags=dict(request.tags)).success


def test_an_approved_change_holds_from_the_night_of_its_day_and_for_its_branch_only(
    ruled: Home, reading: Reading
) -> None:
    asked = """
        select membership.day, membership.province, any_value(node.condition)
        from mart.segment_membership as membership
        inner join mart.segment_node as node
            on membership.province = node.org_code and membership.rule_version = node.rule_version
        where node.node_id = 'ACTIVE'
        group by all
    """
    active = {(day, code): condition for day, code, condition in reading(ruled).execute(asked).fetchall()}
    codes = {code for _, code in active}
    changed = {code for code in codes if active[ONE, code] != active[TWO, code]}
    assert (changed, active[TWO, OF_THE_NIGHT]) == ({OF_THE_NIGHT}, "days_since_last_paid < 9")


def test_what_was_approved_in_the_portal_shows_there_after_the_night(ruled: Home, reading: Reading) -> None:
    asked = "select customers from mart.segment_profile_daily where day = ? and org_code = ? and node_id = 'ACTIVE'"
    viewer = in_the_portal(ruled, "li")
    shown = {}
    for day in (ONE, TWO):
        active = viewer.get("/tree/node", node="ACTIVE", day=str(day)).json()
        [parameter] = active["rule"]["parameters"]
        nodes = {row["node_id"]: row for row in viewer.get("/tree/nodes", day=str(day)).json()["nodes"]}
        counted = reading(ruled).execute(asked, [day, OF_THE_NIGHT]).fetchone()
        assert nodes["ACTIVE"]["customers"] in (None, *(counted or ()))  # None: too few for a branch
        shown[day] = (active["node"]["condition"], parameter["value"])
    assert shown[TWO] == ("days_since_last_paid < 9", "9")
    assert shown[ONE] != shown[TWO]


def replay(home: Home, *days: date) -> None:
    """Segments to transitions of all provinces once more, as the asset province_segments does."""
    mofang = Mofang()
    assert mofang.home.root == home.root  # the run before has named it in the environment
    with mofang.writer() as connection:
        for day in days:
            rerun_province(connection, mofang, day, mofang.rulebook().tier1_codes)


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
    assert {code for code in versions[0] if versions[0][code] != versions[1][code]} == {
        PROVINCE,
        OF_THE_NIGHT,
    }
    caused = connection.execute(
        "select distinct day, province from mart.segment_transition_daily where cause in ('rule', 'both')"
    ).fetchall()
    assert sorted(caused) == [(TWO, PROVINCE), (TWO, OF_THE_NIGHT)]
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
