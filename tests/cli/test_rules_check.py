"""`mofang rules check` looks at everything in the rulebook's folder, sets and channels too."""

import shutil
from pathlib import Path

import pytest

from mofang_pipeline.cli.rules import problems
from mofang_pipeline.home import REPOSITORY


@pytest.fixture
def rulebook(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "rulebook", tmp_path / "rulebook"))


def test_the_shipped_rulebook_has_no_problem(rulebook: Path) -> None:
    assert list(problems(rulebook).rows) == []


def test_a_set_of_unknown_names_and_a_channel_without_a_cap_are_named(rulebook: Path) -> None:
    sets, channels = rulebook / "segment_sets.yaml", rulebook / "channels.yaml"
    added = (
        '\n- {set: odd, zh: 怪, en: Odd, owner: {org: "000000", user: a}, kind: rolling, members: "Z99"}\n'
    )
    sets.write_text(sets.read_text(encoding="utf-8") + added, encoding="utf-8")
    channels.write_text("- {channel: sms, zh: 短信, en: SMS}\n", encoding="utf-8")
    found = [(row[0], row[1]) for row in problems(rulebook).rows]
    assert found == [("segment_sets.yaml", "set odd"), ("channels.yaml", "channel sms frequency_cap")]


def test_a_campaigns_set_that_no_file_has_is_a_warning(
    rulebook: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (rulebook / "campaigns").mkdir()
    text = """{campaign: one, zh: 一, org: "000000", audience: {set: nowhere}, arms: {a: 0.5, control: 0.5},
        window: {from: 2026-03-01, to: 2026-03-02}}"""
    (rulebook / "campaigns" / "one.yaml").write_text(text, encoding="utf-8")
    assert list(problems(rulebook).rows) == []
    assert (
        "warning: campaigns/one.yaml: the set nowhere is not in segment_sets.yaml" in capsys.readouterr().err
    )
