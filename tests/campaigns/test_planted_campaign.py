"""A campaign over a segment set of a made-up bank, from draft to evaluated, in which a planted effect is found.

The walk-through of docs/campaigns.md, by the functions that the commands call.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from mofang_pipeline import lake, rules
from mofang_pipeline.campaigns.actions import advance
from mofang_pipeline.campaigns.report import write_report
from mofang_pipeline.campaigns.showing import shown
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.generator.planted_rewards import Planted as Rewards
from mofang_pipeline.generator.planted_rewards import plant_rewards
from mofang_pipeline.generator.planting import plant_payments
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.push.actions import push
from mofang_pipeline.reconciliation.classes import NAMES
from tests.pipeline.conftest import FIRST, give_token_key, run

WINDOW = date(2026, 2, 2), date(2026, 2, 5)
SETTLED = date(2026, 2, 8)  # timing_days after the window
SET = """
- set: in_scope
  zh: 范围内客户
  owner: {org: "000000", user: hq_ops}
  kind: rolling
  members: "SCOPE"
"""
CAMPAIGN = """
campaign: february
zh: 二月促活
en: Wake up in February
org: "000000"
maker: anna
audience: {set: in_scope}
arms: {treatment: 0.5, control: 0.5}
window: {from: 2026-02-02, to: 2026-02-05}
channel: app
cost_fen_per_contact: 5
margin_rate: 0.006
budget_fen: 300000
rewards: [{code: R10, amount_fen: 1000, cap_per_customer: 1}]
plan: {primary: pay_cnt, metrics: [pay_cnt, pay_rate, pay_amt], guardrails: [complaint_rate, unbind_rate], mde: 0.2}
"""


@dataclass(frozen=True)
class Planted:
    home: Home
    paying: int  # customers who were made to pay once more
    listed: int  # customers of the list that was pushed


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, landing: Path) -> Planted:
    root = tmp_path_factory.mktemp("planted")
    shutil.copytree(landing, root / "landing")
    give_token_key(root)
    shutil.copytree(REPOSITORY / "rulebook", root / "rulebook")
    with (root / "rulebook" / "segment_sets.yaml").open("a", encoding="utf-8") as file:
        file.write(SET)
    (root / "rulebook" / "campaigns").mkdir()
    (root / "rulebook" / "campaigns" / "february.yaml").write_text(CAMPAIGN, encoding="utf-8")
    home = Home(home=root, rulebook=root / "rulebook")
    run(home, FIRST, FIRST)
    advance(home, "february", "approved", by="boss")
    advance(home, "february", "frozen", by="anna")
    manifest = push(
        home, actor="anna", set_id="in_scope", channel_name="app", as_of=FIRST, campaign="february"
    )
    key, arms = home.secret("token_key"), audience(home)
    treated = [token for token, arm in arms.items() if arm == "treatment"]
    paying = plant_payments(home.landing, treated, token_key=key, first=WINDOW[0], last=WINDOW[1])
    rewards = Rewards("february", "app", "R10", 1000, *WINDOW, seen_on=SETTLED)
    plant_rewards(home.landing, arms, rewards, token_key=key)
    run(home, WINDOW[0], SETTLED)
    return Planted(home, paying, manifest["rows"])


def audience(home: Home) -> dict[str, str]:
    with lake.connect(home, read_only=True) as connection:
        return dict(
            connection.execute(
                "select token, arm from mart.campaign_audience where campaign = 'february'"
            ).fetchall()
        )


Rows = Callable[[str], list[tuple]]


@pytest.fixture
def rows(planted: Planted) -> Rows:
    def read(query: str) -> list[tuple]:
        with lake.connect(planted.home, read_only=True) as connection:
            return connection.execute(query).fetchall()

    return read


@pytest.mark.parametrize("method", ["raw", "cuped"])
def test_the_planted_effect_is_recovered(planted: Planted, rows: Rows, method: str) -> None:
    [(treated_customers, low, high, verdict)] = rows(
        f"""select n_treatment, ci_low, ci_high, verdict from mart.campaign_effect
        where metric = 'pay_cnt' and method = '{method}'"""
    )
    assert low <= planted.paying / treated_customers <= high
    assert verdict == "better"


def test_arms_are_as_large_as_planned(rows: Rows) -> None:
    [(p,)] = rows("select distinct srm_p from mart.campaign_effect")
    assert p > 0.001


def test_the_set_is_in_the_audience_or_left_out_with_a_reason(rows: Rows) -> None:
    [(members, audience, left_out)] = rows(
        f"""select
            (select count(*) from mart.segment_set_member where set_id = 'in_scope' and day = '{FIRST}'),
            (select count(*) from mart.campaign_audience),
            (select count(*) from mart.campaign_left_out where reason = 'global_control')"""
    )
    assert members == audience + left_out and left_out > 0


def test_all_campaigns_together_are_read_against_the_global_control(planted: Planted, rows: Rows) -> None:
    [(period, n, control, low)] = rows(
        """select period, n_treatment, n_control, ci_low from mart.campaign_global_effect
        where org_code = '000000' and metric = 'pay_cnt' and method = 'raw'"""
    )
    [(audience, left_out)] = rows(
        "select (select count(*) from mart.campaign_audience), (select count(*) from mart.campaign_left_out)"
    )
    # A group of some twenty customers gives no interval.
    assert (period, n, control, low) == ("2026Q1", audience, left_out, None)


def test_it_ends_evaluated_and_shows_why(planted: Planted) -> None:
    told = {
        (part, name): value
        for part, name, value, *_ in shown(planted.home, rules.in_force(planted.home), "february")
    }
    assert told["state", "state"] == "evaluated"
    assert told["state", "approver"] == "boss"


def test_rewards_fall_into_every_class(rows: Rows) -> None:
    found = rows(
        f"""select class from mart.campaign_reconciliation
        where campaign = 'february' and day = '{SETTLED}' and items > 0"""
    )
    assert {row[0] for row in found} == set(NAMES)


def test_what_was_pushed_is_in_funnel_and_cost(planted: Planted, rows: Rows) -> None:
    [(pushed,)] = rows("select sum(customers) from mart.campaign_funnel where stage = 'pushed'")
    [(sent, cost)] = rows(
        """select (select sum(customers) from mart.campaign_funnel where stage = 'sent'), contact_cost_fen
        from mart.campaign_roi"""
    )
    assert (pushed, cost) == (planted.listed, 5 * max(pushed, sent))


def test_each_step_was_taken_on_its_day_and_is_in_the_log(planted: Planted) -> None:
    entries = log.entries(engine(planted.home), actions=["campaign.advanced"], subject="february")
    steps = [(entry.actor, entry.payload["to"], entry.payload.get("day")) for entry in entries]
    assert steps[2:] == [
        ("mofang", state, SETTLED.isoformat()) for state in ("live", "ended", "reconciled", "evaluated")
    ]


def test_extra_transitions_lead_to_active(rows: Rows) -> None:
    """Who pays becomes active: treated customers come to the active segments more often than control."""
    [(extra,)] = rows(
        """select sum(extra_customers) from mart.campaign_transition
        where horizon_days = 0 and from_segment <> to_segment and to_segment like 'D%'"""
    )
    assert extra > 0


@pytest.mark.parametrize(("language", "said"), [("zh", "二月促活"), ("en", "Wake up in February")])
def test_report_is_one_page_complete_in_itself(
    planted: Planted, tmp_path: Path, language: str, said: str
) -> None:
    to = tmp_path / "report.html"
    write_report(planted.home, rules.in_force(planted.home), "february", to, language)
    page = to.read_text(encoding="utf-8")
    assert said in page and "<svg" in page
    assert {"zh": "个百分点</td>", "en": " pp</td>"}[language] in page
    assert not any(link in page for link in ("http:", "https:", "src=", "href="))
