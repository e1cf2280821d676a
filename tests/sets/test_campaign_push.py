"""Lists that are pushed for a campaign: its audience and control arm, and what its state, set and budget allow."""

import json
from datetime import date
from typing import Any

import pytest

from mofang_pipeline import lake
from mofang_pipeline.campaigns import budget, drafts
from mofang_pipeline.campaigns.actions import advance
from mofang_pipeline.campaigns.history import known
from mofang_pipeline.control import database
from mofang_pipeline.home import Home
from mofang_pipeline.push import actions, books, leavers, state
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import everywhere
from mofang_pipeline.rules import in_force
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.segment_sets import members
from tests.sets import bank

SET, HQ, TIBET = "for_campaigns", "000000", "540000"


@pytest.fixture(scope="module", autouse=True)
def members_of_the_set(home: Home) -> None:
    written = {
        "set": SET,
        "zh": "试",
        "owner": {"org": HQ, "user": "x"},
        "kind": "rolling",
        "members": "SLIDING",
        "share_with": [TIBET],
    }
    set_actions.save(home, actor="x", org_code=HQ, written=written)
    rulebook, sets = set_actions.known_sets(home)
    with lake.writer(home) as connection:
        members.write_day(connection, rulebook, sets, bank.FIRST)


def plan(home: Home, name: str, **changes: Any) -> None:
    document = {
        "campaign": name, "org": HQ, "audience": {"set": SET}, "arms": {"treatment": 0.5, "control": 0.5},
        "window": {"from": "2026-03-02", "to": "2026-03-20"}, "cost_fen_per_contact": 5, **changes,
    }  # fmt: skip
    drafts.save(home, actor="anna", org_code=HQ, document=document)


def frozen(home: Home, name: str, **changes: Any) -> None:
    plan(home, name, **changes)
    advance(home, name, "approved", by="boss")
    advance(home, name, "frozen", by="anna", as_of=bank.FIRST)


def push(home: Home, name: str, set_id: str = SET, as_of: date = bank.LAST, org_code: str | None = HQ) -> Any:
    return actions.push(
        home, actor="x", set_id=set_id, channel_name="free", as_of=as_of, org_code=org_code, campaign=name
    )


@pytest.fixture(scope="module")
def pushed(home: Home) -> dict[str, Any]:
    """The manifest of a campaign's list, the first of two whose audience is the whole set."""
    frozen(home, "pushed", budget_fen=10_000, priority=1)
    found: dict[str, Any] = push(home, "pushed")
    return found


def test_the_audience_is_the_list_and_control_stays_out(home: Home, pushed: dict[str, Any]) -> None:
    with lake.connect(home, read_only=True) as connection:
        arms = dict(
            connection.execute(
                "select arm, count(*) from mart.campaign_audience where campaign = 'pushed' group by arm"
            ).fetchall()
        )
        wrong = connection.execute(
            """select count(*) from int.push_row as listed
            inner join mart.campaign_audience as member
                on listed.customer_key = member.customer_key and member.campaign = 'pushed'
            where listed.push_id = ? and listed.outcome = 'pushed' and member.arm = 'control'""",
            [pushed["push_id"]],
        ).fetchall()
    assert pushed["funnel"]["candidates"] == sum(arms.values())
    assert (wrong, 0 < pushed["rows"] <= arms["treatment"]) == ([(0,)], True)


def test_what_is_pushed_is_spent(home: Home, pushed: dict[str, Any]) -> None:
    with lake.connect(home, read_only=True) as connection:
        found = budget.spent(connection, known(home, in_force(home), "pushed").campaign, bank.LAST)
    assert (found.contacts, found.remaining_fen) == (pushed["rows"], 10_000 - 5 * pushed["rows"])


def test_pushed_again_it_is_the_same_list(home: Home, pushed: dict[str, Any]) -> None:
    assert json.dumps(push(home, "pushed")) == json.dumps(pushed)


def test_a_branch_s_campaign_goes_to_its_own_customers_if_nobody_says_whose(home: Home) -> None:
    frozen(home, "of_tibet", org=TIBET, priority=6)
    assert push(home, "of_tibet", org_code=None)["org"] == TIBET


def test_who_has_left_the_set_since_is_told(home: Home) -> None:
    frozen(home, "left", priority=5)
    push_id = push(home, "left", as_of=bank.FIRST)["push_id"]
    rulebook, sets = set_actions.known_sets(home)
    pushes = state.read(database.engine(home))
    rules = dict.fromkeys((bank.FIRST, bank.LAST), everywhere(rulebook))
    with lake.writer(home) as connection:
        books.write_pushes(connection, pushes)
        leavers.write_day(
            connection, leavers.Night(bank.LAST, rulebook, sets, rules), {push_id: pushes[push_id]}
        )
        found = connection.execute(
            "select count(*), max(cause) from mart.push_leaver where push_id = ?", [push_id]
        ).fetchall()
    assert found[0][0] > 0 and found[0][1] == "behaviour"


def test_a_list_beyond_the_budget_is_refused_and_nothing_is_pushed(home: Home) -> None:
    frozen(home, "poor", budget_fen=10, priority=9)
    with pytest.raises(Refused, match="10 fen of the budget of 10 are left"):
        push(home, "poor")
    assert not [each for each in state.read(database.engine(home)).values() if each.key.campaign == "poor"]


def test_a_draft_is_not_pushed(home: Home) -> None:
    plan(home, "early")
    with pytest.raises(Refused, match="early is draft; lists are pushed while it is frozen or live"):
        push(home, "early")


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"set_id": "dormant_with_assets"}, "planned for set for_campaigns, not dormant_with_assets"),
        ({"as_of": date(2026, 2, 1)}, "2026-02-01 is not between 2026-03-01"),
    ],
)
def test_another_list_is_refused(
    home: Home, pushed: dict[str, Any], asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(Refused, match=reason):
        push(home, "pushed", **asked)


def test_a_channel_that_is_not_the_plan_s_is_refused(home: Home) -> None:
    frozen(home, "by_sms", channel="sms", priority=11)
    with pytest.raises(Refused, match="planned for channel sms, not free"):
        push(home, "by_sms")
