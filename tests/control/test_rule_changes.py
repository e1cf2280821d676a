"""Proposing, approving and refusing changes of parameters; edits of the rulebook's files; the export."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mofang_pipeline import rule_actions, rules
from mofang_pipeline.control import log
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rule_export import export
from mofang_pipeline.rule_values import applied
from mofang_pipeline.rulebook import read_rulebook, resolved
from mofang_pipeline.rulebook.model import RulebookError

TIBET, LHASA = "540000", "540100"
DAY = date(2026, 7, 1)


def change(home: Home, approver: str | None = "wang", **given: Any) -> rule_actions.Outcome:
    usual = {"actor": "li", "org_code": TIBET, "values": {"active_days": "45"}, "effective_from": DAY}
    return rule_actions.set_values(home, approver=approver, **{**usual, "reason": "试点", **given})


def value(
    home: Home, org_code: str, day: date, name: str = "active_days", **known: datetime
) -> tuple[Any, ...]:
    found = next(each for each in applied(home, org_code, day, **known) if each.parameter.name == name)
    return found.setting.change.value, found.level, found.org_code


def edit(home: Home, file: str, old: str, new: str) -> None:
    path = home.rulebook / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_files_are_the_first_entry(own: Home, database: sa.Engine) -> None:
    files = read_rulebook(own.rulebook)
    held = rules.in_force(own)
    assert [entry.action for entry in log.entries(database)] == ["rulebook.changed"]
    assert resolved(held, DAY) == resolved(files, DAY)


def test_reading_again_records_nothing(own: Home, database: sa.Engine) -> None:
    assert rules.in_force(own) is rules.in_force(own)
    assert log.head(database)[0] == 1


def test_an_approved_change_holds_from_its_day(own: Home) -> None:
    change(own)
    found = [value(own, TIBET, day) for day in (date(2026, 6, 30), DAY)]
    assert found == [(60, "tier1", TIBET), (45, "tier1", TIBET)]


def test_a_city_has_it_from_its_province(own: Home) -> None:
    change(own)
    change(own, org_code=LHASA, values={"active_days": "50"})
    assert value(own, LHASA, DAY) == (50, "tier2", LHASA)
    change(own, org_code=LHASA, values={"active_days": "inherit"}, effective_from=date(2026, 8, 1))
    assert value(own, LHASA, date(2026, 8, 1)) == (45, "tier1", TIBET)


def test_as_known_before_it_was_approved(own: Home) -> None:
    rules.in_force(own)
    before = datetime.now(UTC)
    change(own)
    assert value(own, TIBET, DAY, known_at=before)[0] == 60


def test_a_proposal_changes_nothing_until_it_is_approved(own: Home) -> None:
    waiting = change(own, approver=None)
    assert (waiting.status, value(own, TIBET, DAY)[0]) == ("proposed", 60)
    rule_actions.approve(own, actor="wang", change_id=waiting.change_id)
    assert value(own, TIBET, DAY)[0] == 45


@pytest.mark.parametrize("approver", ["li", " LI"])
def test_the_maker_is_not_the_checker(own: Home, database: sa.Engine, approver: str) -> None:
    waiting = change(own, approver=None)
    for act in (
        lambda: rule_actions.approve(own, actor=approver, change_id=waiting.change_id),
        lambda: change(own, approver=approver),
    ):
        with pytest.raises(Refused, match="another user has to approve"):
            act()
    assert log.head(database)[0] == waiting.change_id


def test_unless_the_settings_say_so(own: Home) -> None:
    edit(own, "settings.yaml", "maker_checker: true ", "maker_checker: false")
    assert change(own, approver="li").status == "approved"


def test_the_history_of_an_unknown_organisation_is_refused(own: Home) -> None:
    with pytest.raises(Refused, match="no organisation '999'"):
        rule_actions.history(own, org_code="999")


def test_a_decided_change_is_decided(own: Home) -> None:
    waiting = change(own, approver=None)
    rule_actions.reject(own, actor="wang", change_id=waiting.change_id, reason="不同意")
    with pytest.raises(Refused, match="already rejected, by wang"):
        rule_actions.approve(own, actor="zhao", change_id=waiting.change_id)
    assert [each.status for each in rule_actions.history(own, org_code=TIBET)][-1] == "rejected"


@pytest.mark.parametrize(
    ("given", "en", "zh"),
    [
        (
            {"values": {"active_days": "121"}},
            "outside 7..120 days; choose a value within / branches",
            "超出范围",
        ),  # and no more
        ({"values": {"n_mid": "1"}}, "constraint|outside", "约束|超出"),
        ({"values": {"n_low": "5"}}, "breaks the constraint n_low < n_mid", "不满足约束"),
        ({"values": {"adult_age": "17"}}, "may be set down to hq", "不可设置"),
        ({"values": {"aum_mid": "9000"}, "org_code": LHASA}, "may be set down to tier1", "不可设置"),
        ({"values": {"active_day": "45"}}, "no parameter 'active_day'", "没有参数"),
        ({"values": {"active_days": "NaN"}}, "not a number", "不是数字"),
        ({"values": {"active_days": "1e309"}}, "not a number", "不是数字"),
        ({"values": {"active_days": "45; drop table"}}, "not a number", "不是数字"),
        ({"values": {"active_days": "４５"}}, "not a number", "不是数字"),
        ({"values": {"active_days": "45.5"}}, "not a whole number", "不是整数"),
        ({"values": {}}, "nothing is to be set", "没有要设置"),
        ({"org_code": "999999"}, "no organisation", "没有机构"),
        ({"reason": " "}, "needs a reason", "须写明原因"),
        ({"reason": "电话 13800138000"}, "leave customers' phone", "长号码"),
        ({"actor": "li\n"}, "actor", "不可见"),
    ],
)
def test_refused_in_both_languages_and_nothing_changed(
    own: Home, database: sa.Engine, given: dict[str, Any], en: str, zh: str
) -> None:
    rules.in_force(own)
    with pytest.raises(Refused, match=en) as refused:
        change(own, approver=None, **given)
    assert log.head(database)[0] == 1
    assert any(each in refused.value.zh for each in zh.split("|"))


def test_an_edited_file_is_a_new_change(own: Home) -> None:
    rules.in_force(own)
    edit(own, f"branches/{TIBET}.yaml", "active_days: 60", "active_days: [55, {value: 50, from: 2026-08-01}]")
    found = [value(own, TIBET, day)[0] for day in (DAY, date(2026, 8, 1))]
    changes = [
        each for each in rule_actions.history(own, org_code=TIBET) if each.change.parameter == "active_days"
    ]
    assert (found, [each.changed_by for each in changes]) == ([55, 50], ["rulebook"] * 3)


def test_an_edited_file_leaves_what_people_set(own: Home) -> None:
    change(own)
    edit(own, f"branches/{TIBET}.yaml", "n_high: 12", "n_high: 13")
    assert (value(own, TIBET, DAY)[0], value(own, TIBET, DAY, "n_high")[0]) == (45, 13)


def test_a_line_taken_out_of_a_file_is_taken_back(own: Home) -> None:
    rules.in_force(own)
    edit(own, f"branches/{TIBET}.yaml", "  active_days: 60\n", "")
    assert value(own, TIBET, DAY) == (30, "hq", "000000")


def test_an_edited_file_that_breaks_what_people_set_is_refused(own: Home, database: sa.Engine) -> None:
    change(own, values={"n_mid": "11"})
    seq = log.head(database)[0]
    edit(own, f"branches/{TIBET}.yaml", "n_high: 12", "n_high: 10")
    with pytest.raises(RulebookError, match="n_mid < n_high"):
        rules.in_force(own)
    assert log.head(database)[0] == seq


def test_a_locked_parameter_is_head_offices_alone(own: Home) -> None:
    change(own)
    edit(own, "tree.yaml", "active_days:        {type: int,", "active_days: {locked: true, type: int,")
    assert value(own, TIBET, DAY) == (30, "hq", "000000")
    with pytest.raises(Refused, match="locked by head office"):
        change(own, values={"active_days": "50"})
    change(own, org_code="000000", values={"active_days": "35"})
    assert value(own, LHASA, DAY) == (35, "hq", "000000")


def test_an_export_says_what_is_in_force(own: Home, tmp_path: Path) -> None:
    change(own)
    change(own, org_code=LHASA, values={"bal_min": "120.50", "n_low": "inherit"})
    written = export(own, tmp_path / "out")
    assert written == [f"branches/{TIBET}.yaml", f"branches/{LHASA}.yaml"]
    assert resolved(read_rulebook(tmp_path / "out"), DAY) == resolved(rules.in_force(own), DAY)


def test_an_export_taken_over_changes_nothing(own: Home, database: sa.Engine, tmp_path: Path) -> None:
    change(own)
    export(own, tmp_path / "out")
    shutil.copytree(tmp_path / "out", own.rulebook, dirs_exist_ok=True)
    rules.in_force(own)
    assert log.entries(database)[-1].payload["changes"] == []


def test_before_anything_was_known(own: Home) -> None:
    with pytest.raises(Refused, match="nothing was known yet"):
        applied(own, TIBET, DAY, datetime(2020, 1, 1, tzinfo=UTC))
