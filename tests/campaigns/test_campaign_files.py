"""rulebook/campaigns/*.yaml: everything that may be wrong with one is named, in both languages."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from mofang_pipeline.home import REPOSITORY
from mofang_pipeline.rulebook import RulebookError, check, read_rulebook
from mofang_pipeline.rulebook.read_campaigns import campaign_of

SPRING = """
campaign: spring_wake
zh: 春季唤醒
org: "410000"
audience: {set: dormant_with_assets}
arms: {treatment: 0.9, control: 0.1}
window: {from: 2026-03-01, to: 2026-03-31}
budget_fen: 20000000
rewards: [{code: R10, amount_fen: 1000, cap_per_customer: 1}]
channel: sms
cost_fen_per_contact: 5
margin_rate: 0.006
plan: {primary: pay_rate, metrics: [pay_rate, pay_cnt, pay_amt], guardrails: [complaint_rate, unbind_rate],
       alpha: 0.05, power: 0.8, mde: 0.02}
"""
Written = Callable[[str], Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """Writes the text as campaigns/spring_wake.yaml of a copy of the project's rulebook."""
    folder = tmp_path / "rulebook"
    shutil.copytree(REPOSITORY / "rulebook", folder)

    def write(text: str) -> Path:
        (folder / "campaigns").mkdir(exist_ok=True)
        (folder / "campaigns" / "spring_wake.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


def problems(folder: Path) -> list[str]:
    try:
        return [str(each) for each in check(read_rulebook(folder))]
    except RulebookError as error:
        return [str(each) for each in error.problems]


def test_the_reference_s_example_is_sound(written: Written) -> None:
    assert problems(written(SPRING)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("control: 0.1}", "control: 0.2}", "arms: treatment 0.9, control 0.2: shares must be above 0 and sum to 1"),
        ("{treatment: 0.9, control: 0.1}", "{control: 1}", "need at least one arm that is not control"),
        ("arms: {treatment: 0.9, control: 0.1}\n", "", "arms: are missing"),
        ("to: 2026-03-31", "to: 2026-02-28", "from 2026-03-01 is after to 2026-02-28"),
        ("to: 2026-03-31", "to: 2026-3-31", "'2026-3-31' is not a day"),
        (", to: 2026-03-31", "", "window to: is missing"),
        ("primary: pay_rate", "primary: to:Z9", "there is no segment 'Z9' in the tree"),
        ("primary: pay_rate", "primary: profit", "unknown metric 'profit'"),
        ("alpha: 0.05", "alpha: 5", "alpha 5 must be between 0 and 1"),
        ("alpha: 0.05", "alpha: 0", "alpha 0 must be between 0 and 1"),
        ("power: 0.8", "power: 0", "power 0 must be between 0 and 1"),
        ("cap_per_customer: 1", "cap_per_customer: 0", "R10: cap_per_customer must be above 0"),
        ("budget_fen: 20000000", "budget_fen: 0.5", "budget_fen is 0.5; write a whole number"),
        ('"410000"', '"999999"', "'999999' is not in organisations.csv"),
        ("{set: dormant_with_assets}", "{import: nowhere.csv}", "the file nowhere.csv is not there"),
        ("{set: dormant_with_assets}", "{}", "needs either `set` or `import`"),
        ("channel: sms", "channel: fax", "channel is 'fax'; choose one of sms, app, wechat, call"),
        ("amount_fen: 1000", "amount_fen: -1", "amount_fen is -1"),
        ("campaign: spring_wake", "campaign: autumn", "'autumn' but the file is named spring_wake.yaml"),
        ("margin_rate: 0.006", "margin_rate: much", "margin_rate has 'much', which is no number"),
        ("margin_rate: 0.006", "margin_rate: 6", "margin_rate: 6 must be between 0 and 1"),
        ("budget_fen: 20000000", "budget: 20000000", "unknown key 'budget'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(written: Written, before: str, after: str, expected: str) -> None:
    assert before in SPRING
    [problem] = problems(written(SPRING.replace(before, after)))
    assert problem.startswith("campaigns/spring_wake.yaml: ")
    assert expected in problem
    assert any("一" <= letter <= "鿿" for letter in problem)


def test_hash_of_the_plan_follows_the_plan_and_not_the_name(written: Written) -> None:
    folder = written(SPRING)
    [first] = read_rulebook(folder).campaigns
    [renamed] = read_rulebook(written(SPRING.replace("春季唤醒", "春天"))).campaigns
    [moved] = read_rulebook(written(SPRING.replace("03-31", "03-30"))).campaigns
    assert first.plan_hash == renamed.plan_hash != moved.plan_hash


def test_the_frozen_document_is_the_campaign_again(written: Written) -> None:
    import json
    from decimal import Decimal

    [written_campaign] = read_rulebook(written(SPRING)).campaigns
    document = json.loads(json.dumps(written_campaign.document), parse_float=Decimal)
    assert campaign_of(document, Path("spring_wake.yaml")) == written_campaign
