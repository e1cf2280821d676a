"""Days keep the rules that they were computed with, and come under others only by a restatement with a name."""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import duckdb
import pytest
from playwright.sync_api import Page

from mofang_pipeline import restatement, rule_actions, superset_service, users
from mofang_pipeline.cli.application import execute
from mofang_pipeline.definitions import build
from mofang_pipeline.home import Home
from mofang_pipeline.portal.service import service as portal_service
from mofang_pipeline.ports import claim_port
from mofang_pipeline.processes import Supervisor
from mofang_pipeline.refusals import Refused
from mofang_pipeline.steps.resources import Mofang
from mofang_pipeline.steps.segments import rerun_province
from tests.pipeline.conftest import CHANGED_ON, run
from tests.superset import dashboards

Reading = Callable[[Home], duckdb.DuckDBPyConnection]
ONE, TWO = date(2026, 2, 1), date(2026, 2, 2)
PROVINCE, OF_THE_NIGHT = "440000", "510000"
PEOPLE = (
    users.Wanted("li", OF_THE_NIGHT, "branch_analyst"),
    users.Wanted("wang", OF_THE_NIGHT, "branch_approver"),
    users.Wanted("head", "000000", "hq_analyst"),
)
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


@dataclass(frozen=True)
class Superset:
    """Superset with its portal, beside which days are computed."""

    address: str
    passwords: Mapping[str, str]
    browser: Any

    def opened(self, user: str, page: str) -> Page:
        """That person's own browser, on a page of the portal, in English."""
        own: Page = self.browser.new_context(viewport=dashboards.SCREEN).new_page()
        dashboards.log_in(own, self.address, user, self.passwords[user])
        dashboards.open_portal(own, self.address, page, "en")
        return own


@pytest.fixture(scope="module")
def begun(new_home: Callable[[str], Home]) -> Home:
    """A day computed, and a second landed."""
    home = new_home("ruled")
    for folder in home.landing.glob("*/dt=*"):
        if folder.name > f"dt={TWO}":
            shutil.rmtree(folder)
    run(home, ONE, ONE)
    return home


@pytest.fixture(scope="module")
def superset(begun: Home) -> Iterator[Superset]:
    superset_service.provision(begun)
    added = users.add(begun, "tests", PEOPLE)
    port = claim_port(18588)
    with Supervisor() as supervisor, dashboards.browser_page() as page:
        supervisor.start(portal_service(begun, port.number))
        supervisor.start(superset_service.service(begun, port.number))
        supervisor.wait_healthy()
        passwords = {each["user"]: each["password"] for each in added}
        yield Superset(f"http://127.0.0.1:{port.number}", passwords, page.context.browser)


@pytest.fixture(scope="module")
def ruled(begun: Home, superset: Superset) -> Home:
    """A change that two people of a branch made in Superset, a night by Dagster's schedule, and a change from the
    first day on."""
    propose_and_approve(superset)
    scheduled_night(begun)
    change(begun, PROVINCE, "8", ONE)
    return begun


def change(home: Home, org_code: str, active_days: str, first: date) -> None:
    rule_actions.set_values(
        home, actor="li", approver="wang", org_code=org_code, values={"active_days": active_days},
        effective_from=first, reason="试点",
    )  # fmt: skip


def propose_and_approve(superset: Superset) -> None:
    """From the day after the last computed one on, as the form proposes."""
    maker = superset.opened("li", f"rules/?org={OF_THE_NIGHT}")
    maker.get_by_role("button", name="Change Active window").click()
    maker.fill('dialog input[name="active_days"]', "9")
    maker.fill('dialog input[name="reason"]', "a trial")
    maker.get_by_role("button", name="Send for approval").click()
    maker.wait_for_selector(".toast.done")
    checker = superset.opened("wang", f"rules/?org={OF_THE_NIGHT}&tab=waiting")
    checker.locator("#waiting .primary").first.click()
    checker.locator("dialog .primary").click()
    checker.wait_for_selector(".toast.done")


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


@pytest.mark.parametrize(("day", "window"), [(ONE, "30 days"), (TWO, "9 days")])
def test_the_tree_in_superset_shows_a_change_from_its_day_on(
    ruled: Home, superset: Superset, capsys: pytest.CaptureFixture[str], day: date, window: str
) -> None:
    page = superset.opened("head", f"tree/?org={OF_THE_NIGHT}&day={day}")
    page.click('[data-node="ACTIVE"]')
    dashboards.portal_is_still(page)
    assert f"Active window {window}" in page.locator("#rule").inner_text()
    shown = page.locator("#node .figure b").first.inner_text()
    capsys.readouterr()
    assert execute(["tree", "--day", str(day), "--org", OF_THE_NIGHT, "--format", "json"]) == 0
    counts = {row["node_id"]: row["customers"] for row in json.loads(capsys.readouterr().out)}
    assert int(shown.replace(",", "")) == counts["ACTIVE"]


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
