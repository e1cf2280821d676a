"""Campaigns planned in the portal: saved, handed in, approved by another user, changed, thrown away."""

import shutil
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from mofang_pipeline import computed_days, lake
from mofang_pipeline.campaigns import drafts, follow
from mofang_pipeline.campaigns.actions import advance
from mofang_pipeline.campaigns.history import known, known_campaigns
from mofang_pipeline.cli.application import execute
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rules import in_force
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.steps import triggers
from tests.campaigns import set_bank as bank

LAUNCH = bank.DAY + timedelta(days=1)
HQ = "000000"
FILE = """
campaign: of_file
org: "000000"
maker: ben
audience: {{set: {set_name}}}
arms: {{treatment: 0.8, control: 0.2}}
window: {{from: {first}, to: {last}}}
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("drafts")
    shutil.copytree(REPOSITORY / "rulebook", root / "rulebook")
    (root / "rulebook" / "campaigns").mkdir(exist_ok=True)
    return bank.build(Home(home=root, rulebook=root / "rulebook"))


def plan(name: str, **changes: Any) -> dict[str, Any]:
    return {
        "campaign": name,
        "zh": "活动",
        "org": HQ,
        "audience": {"set": bank.SET},
        "arms": {"treatment": 0.8, "control": 0.2},
        "window": {"from": LAUNCH.isoformat(), "to": (LAUNCH + timedelta(days=6)).isoformat()},
        **changes,
    }


def save(home: Home, name: str, **changes: Any) -> None:
    drafts.save(home, actor="anna", org_code=HQ, document=plan(name, **changes))


def write_file(home: Home, days: int) -> None:
    text = FILE.format(set_name=bank.SET, first=LAUNCH, last=LAUNCH + timedelta(days=days))
    (home.rulebook / "campaigns" / "of_file.yaml").write_text(text, encoding="utf-8")


def test_a_saved_campaign_walks_as_one_of_a_file(home: Home) -> None:
    save(home, "walks", budget_fen=50_000)
    drafts.submit(home, "walks", by="cleo")
    for maker in ("anna", "cleo"):
        with pytest.raises(Refused, match="another user has to approve"):
            advance(home, "walks", "approved", by=maker)
    advance(home, "walks", "approved", by="boss")
    assert advance(home, "walks", "frozen", by="anna").status.is_frozen
    actions = [entry.action.split(".")[1] for entry in log.entries(engine(home), subject="walks")]
    assert actions == ["saved", "submitted", "advanced", "advanced"]


def test_what_is_wrong_is_told_all_at_once(home: Home) -> None:
    wrong = {"arms": {"treatment": 0.8, "control": 0.1}, "plan": {"primary": "profit"}}
    with pytest.raises(Refused) as refused:
        save(home, "wrong", **wrong)
    assert "须大于 0 且合计为 1" in refused.value.zh and "未知指标 'profit'" in refused.value.zh
    assert "wrong" not in known_campaigns(home, in_force(home))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"audience": {"set": "nobody_knows"}}, "no segment set nobody_knows"),
        ({"audience": {"import": "list.csv"}}, "planned in a file beside it"),
        ({"org": "530000"}, "is not shared with 530000"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(home: Home, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        save(home, "cannot", **changes)


def test_a_branch_plans_its_own_only(home: Home) -> None:
    with pytest.raises(Refused, match="belongs to 000000; 540000 may not plan it"):
        drafts.save(home, actor="lin", org_code="540000", document=plan("not_mine"))


def test_an_approved_campaign_is_not_changed(home: Home) -> None:
    save(home, "settled")
    advance(home, "settled", "approved", by="boss")
    with pytest.raises(Refused, match="it is approved; only a draft is changed"):
        save(home, "settled", priority=3)
    advance(home, "settled", "draft", by="anna")
    save(home, "settled", priority=3)
    assert known(home, in_force(home), "settled").campaign.priority == 3


def test_what_is_saved_stands_in_for_the_file_until_the_file_changes(home: Home) -> None:
    write_file(home, 6)
    save(home, "of_file", priority=7)
    found = known(home, in_force(home), "of_file")
    assert (found.is_saved, found.campaign.priority) == (True, 7)
    write_file(home, 8)
    found = known(home, in_force(home), "of_file")
    assert (found.is_saved, found.campaign.priority) == (False, 0)


def test_a_draft_is_thrown_away_and_frees_its_set(home: Home) -> None:
    save(home, "gone")
    rulebook, sets = set_actions.known_sets(home)
    assert ("campaign", "gone") in set_actions.dependents(home, rulebook, sets, bank.SET)
    drafts.discard(home, "gone", by="anna")
    assert "gone" not in known_campaigns(home, in_force(home))
    assert ("campaign", "gone") not in set_actions.dependents(home, rulebook, sets, bank.SET)
    save(home, "gone")  # the name is free again


def test_a_campaign_may_have_the_name_of_its_set(home: Home) -> None:
    save(home, bank.SET)
    assert advance(home, bank.SET, "approved", by="boss").status.state == "approved"


def test_the_commands_do_the_same(
    home: Home, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))
    text = FILE.format(set_name=bank.SET, first=LAUNCH, last=LAUNCH).replace("of_file", "by_command")
    (tmp_path / "any.yaml").write_text(text, encoding="utf-8")
    assert execute(["campaign", "save", str(tmp_path / "any.yaml"), "--by", "anna"]) == 0
    assert execute(["campaign", "submit", "by_command", "--by", "anna"]) == 0
    assert execute(["campaign", "discard", "by_command", "--by", "anna"]) == 0
    said = capsys.readouterr().err.strip().splitlines()
    assert said == ["saved by_command", "by_command: handed in by anna", "by_command: thrown away"]


def test_the_sensor_moves_campaigns_whose_day_has_come(home: Home) -> None:
    """Frozen while the day before was the last; then a day comes, and a campaign that nobody froze is told of."""
    sensor = triggers.build_campaign_sensor(home)
    assert "no campaign's day has come" in str(sensor())
    save(home, "never_frozen")
    with lake.writer(home) as connection:
        computed_days.mark_computed(connection, "segments", [LAUNCH], 1, ["540000"])
        asked = sensor()
        follow.follow(connection, home, in_force(home), LAUNCH)
        held = dict(connection.execute("select campaign, problem from mart.campaign").fetchall())
    assert isinstance(asked, dg.RunRequest) and asked.run_key == f"{LAUNCH}..{LAUNCH}: walks -> live"
    assert "is not frozen; plan later days" in held["never_frozen"]
    assert known(home, in_force(home), "walks").status.state == "live"
