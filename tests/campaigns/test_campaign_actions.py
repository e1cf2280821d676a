"""What people do with campaigns over a segment set: approval, freezing, overlaps, and what is refused."""

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from starlette.testclient import TestClient

from mofang_pipeline import lake, published
from mofang_pipeline.assignment import arm, place, places_of
from mofang_pipeline.campaigns import follow
from mofang_pipeline.campaigns.actions import advance, needed_now
from mofang_pipeline.campaigns.audience import global_salt
from mofang_pipeline.campaigns.history import known
from mofang_pipeline.campaigns.showing import shown
from mofang_pipeline.cli.application import execute
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.portal.application import application, viewer_header
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rules import in_force
from mofang_pipeline.serving import publish
from tests.campaigns import set_bank as bank

LAUNCH = bank.DAY + timedelta(days=1)
TEXT = """
campaign: {name}
zh: 活动
org: "{org}"
maker: anna
audience: {{set: {set_name}}}
arms: {{{arms}}}
window: {{from: {first}, to: {last}}}
priority: {priority}
plan: {{primary: pay_rate, mde: 0.1}}
"""
Write = Callable[..., None]
PRIORITIES = count()  # each campaign before those of earlier tests


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("actions")
    shutil.copytree(REPOSITORY / "rulebook", root / "rulebook")
    (root / "rulebook" / "campaigns").mkdir(exist_ok=True)
    return bank.build(Home(home=root, rulebook=root / "rulebook"))


@pytest.fixture(scope="module")
def write(home: Home) -> Write:
    """Writes a campaign's file; the days are the bank's, and each campaign has a name of its own."""

    def campaign(name: str, **changes: object) -> None:
        values = {
            "name": name, "org": "000000", "set_name": bank.SET, "first": LAUNCH, "last": LAUNCH + timedelta(days=6),
            "priority": next(PRIORITIES), "arms": "treatment: 0.8, control: 0.2",
        }  # fmt: skip
        path = home.rulebook / "campaigns" / f"{name}.yaml"
        path.write_text(TEXT.format(**(values | changes)), encoding="utf-8")

    return campaign


@pytest.fixture(scope="module")
def everyone(home: Home, write: Write) -> str:
    """A frozen campaign over the whole set, but for who was contacted 8 times or more."""
    write("everyone")
    with (home.rulebook / "campaigns" / "everyone.yaml").open("a", encoding="utf-8") as file:
        file.write("frequency_cap: 8\n")
    frozen(home, "everyone")
    return "everyone"


def frozen(home: Home, name: str) -> None:
    advance(home, name, "approved", by="boss")
    advance(home, name, "frozen", by="anna")


def rows(home: Home, query: str, *values: object) -> list[tuple]:
    with lake.connect(home, read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def test_the_global_control_group_rotates_each_quarter() -> None:
    assert global_salt(date(2026, 3, 31)) != global_salt(date(2026, 4, 1)) == global_salt(date(2026, 6, 30))


def test_a_branch_s_campaign_has_its_own_customers_only(home: Home, write: Write) -> None:
    write("branch", org="540000")
    frozen(home, "branch")
    provinces = rows(
        home,
        """select distinct wide.province from mart.campaign_audience as audience
        inner join mart.customer_wide as wide on audience.customer_key = wide.customer_key
        where audience.campaign = 'branch'""",
    )
    assert provinces == [("540000",)]


def test_the_higher_priority_keeps_the_customer(home: Home, write: Write) -> None:
    later = LAUNCH + timedelta(days=100)
    for name, priority in (("first", 5), ("low", 4), ("high", 6)):
        write(name, priority=priority, first=later, last=later)
    frozen(home, "first")
    with pytest.raises(Refused, match="nobody is left to be in it"):
        frozen(home, "low")
    frozen(home, "high")
    audience = "select count(*) from mart.campaign_audience where campaign = ?"
    left_out = "select distinct reason, other_campaign from mart.campaign_left_out where campaign = 'low'"
    assert rows(home, audience, "high") == rows(home, audience, "first")
    assert ("higher_priority", "first") in rows(home, left_out)


def test_nobody_left_is_refused_and_leaves_the_state(home: Home, write: Write) -> None:
    write("empty", org="540100")
    advance(home, "empty", "approved", by="boss")
    with pytest.raises(Refused, match="nobody is left to be in it"):
        advance(home, "empty", "frozen", by="anna")
    assert known(home, in_force(home), "empty").status.state == "approved"


def test_the_maker_is_refused_to_approve(
    home: Home, write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("own")
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))
    assert execute(["campaign", "advance", "own", "--to", "approved", "--by", "anna"]) == 1
    said = capsys.readouterr().err.strip().splitlines()
    assert said == ["mofang: anna made it; another user has to approve it / anna 为制单人，须由其他用户审批"]


def test_a_plan_changed_after_approval_has_to_be_approved_again(home: Home, write: Write) -> None:
    write("moved")
    advance(home, "moved", "approved", by="boss")
    write("moved", last=LAUNCH + timedelta(days=9))
    with pytest.raises(Refused, match="plan has changed since it was approved"):
        advance(home, "moved", "frozen", by="anna")


def test_an_audience_of_a_day_within_the_window_is_refused(home: Home, write: Write) -> None:
    write("late", first=bank.DAY)
    advance(home, "late", "approved", by="boss")
    with pytest.raises(Refused, match="no computed day before"):
        advance(home, "late", "frozen", by="anna")


def test_an_unknown_set_is_refused_at_approval(home: Home, write: Write) -> None:
    write("strange", set_name="nobody_knows")
    with pytest.raises(Refused, match="there is no segment set nobody_knows"):
        advance(home, "strange", "approved", by="boss")
    [(*_, note)] = [row for row in shown(home, in_force(home), "strange") if row[0] == "sample size"]
    assert note == "no computed day has members of nobody_knows; run a day"


def test_sample_size_is_shown_and_kept_with_the_approval(home: Home, write: Write) -> None:
    write("sized")
    need = needed_now(home, known(home, in_force(home), "sized"))
    # A quarter of 240 paid: sd 0.434; 0.1 at a control of a quarter of the treated needs 739 and 185.
    assert need is not None and (need.candidates, need.is_enough) == (bank.CUSTOMERS, False)
    assert need.treatment == pytest.approx(739, abs=5)
    approved = advance(home, "sized", "approved", by="boss")
    assert approved.status.approval["sample_size"]["candidates"] == bank.CUSTOMERS


def test_sample_size_is_enough_for_each_of_several_treated_arms(home: Home, write: Write) -> None:
    write("forked", arms="a: 0.4, b: 0.4, control: 0.2")
    need = needed_now(home, known(home, in_force(home), "forked"))
    # Each arm is compared with control: 0.1 at a control of half an arm needs 443 an arm and 222.
    assert need is not None and (need.treatment, need.control) == pytest.approx((886, 222), abs=5)


def test_arms_are_drawn_by_the_salted_hash_of_the_customer(home: Home, everyone: str) -> None:
    audience = dict(rows(home, "select token, arm from mart.campaign_audience where campaign = ?", everyone))
    shares = {"treatment": 0.8, "control": 0.2}
    assert audience == {token: arm(everyone, token, shares) for token in audience}
    assert set(audience.values()) == {"treatment", "control"}


def test_who_is_left_out_has_a_reason(home: Home, everyone: str) -> None:
    """The global control group is in no campaign; who was contacted often is in none with a cap."""
    share = in_force(home).settings.global_control_share
    expected = {}
    for number in range(1, bank.CUSTOMERS + 1):
        if place(global_salt(LAUNCH), bank.token(number)) < places_of(share):
            expected[number] = "global_control"
        elif number % 10 >= 8:
            expected[number] = "frequency_cap"
    found = rows(home, "select customer_key, reason from mart.campaign_left_out where campaign = ?", everyone)
    assert dict(found) == expected


def asked_of_the_portal(home: Home, org_code: str, path: str, **query: str) -> Any:
    """The answer of the page's service to a branch's analyst, on the lake as it is now."""
    with lake.writer(home) as connection:
        published.write_organisations(connection, in_force(home))
        snapshot = lake.latest_snapshot(connection)
    publish.publish(home, snapshot, bank.DAY)
    viewer = {"user": "lin", "role": "branch_analyst", "org_code": org_code, "language": "zh"}
    headers = {"X-Mofang-Viewer": viewer_header(viewer)}
    return TestClient(application(home)).get(f"/campaigns/{path}", params=query, headers=headers)


def test_the_page_shows_one_campaign_whole(home: Home, everyone: str) -> None:
    found = asked_of_the_portal(home, "000000", "one", campaign=everyone).json()
    arms = {row["arm"]: row["customers"] for row in found["arms"]}
    assert (found["state"], set(arms)) == ("frozen", {"control", "treatment"})


def test_a_branch_does_not_see_head_office_s_campaigns(home: Home, everyone: str) -> None:
    assert asked_of_the_portal(home, "540000", "one", campaign=everyone).status_code == 403
    listed = asked_of_the_portal(home, "540000", "list").json()["campaigns"]
    assert everyone not in {row["campaign"] for row in listed}


def test_a_day_that_has_not_come_is_refused(home: Home, everyone: str) -> None:
    with pytest.raises(Refused, match="its day has not come"):
        advance(home, everyone, "live", by="anna")


def test_a_plan_changed_after_freezing_is_seen_and_does_not_hold(
    home: Home, everyone: str, write: Write
) -> None:
    write(everyone, last=LAUNCH + timedelta(days=9))
    found = known(home, in_force(home), everyone)
    assert (found.changed, found.campaign.last) == (True, LAUNCH + timedelta(days=6))


def test_a_frozen_campaign_whose_file_is_gone_walks_on_and_every_step_is_in_the_log(
    home: Home, everyone: str
) -> None:
    (home.rulebook / "campaigns" / f"{everyone}.yaml").unlink()
    with lake.writer(home) as connection:
        follow.follow(connection, home, in_force(home), LAUNCH + timedelta(days=6))
    steps = [(entry.actor, entry.payload["to"]) for entry in log.entries(engine(home), subject=everyone)]
    assert steps == [("boss", "approved"), ("anna", "frozen"), ("mofang", "live"), ("mofang", "ended")]
