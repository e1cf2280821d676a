"""`mofang rules show, set, approve, ...` on a home where nothing is computed: columns, statuses, refusals."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mofang_pipeline.cli.application import execute

ORG, FROM = ("--org", "540000"), ("--from", "2026-07-01")
SET = ("rules", "set", *ORG, *FROM, "--reason", "试点", "--by", "li")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def mofang(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Runs a command; returns what its JSON says and what it notes, or its status and error."""
    monkeypatch.setenv("MOFANG_HOME", str(home))

    def run(*arguments: str) -> Any:
        status = execute([*arguments])
        printed = capsys.readouterr()
        return (json.loads(printed.out), printed.err) if status == 0 else (status, printed.err)

    yield run


def test_a_change_from_proposal_to_effect(mofang: Any) -> None:
    """In one test: each command answers to the one before."""
    (proposed,), note = mofang(*SET, "--set", "active_days=45", "--format", "json")
    change_id = proposed["change_id"]
    assert (proposed["status"], f"mofang rules approve {change_id}" in note) == ("proposed", True)

    pending, _ = mofang("rules", "pending", "--format", "json")
    assert [row["change_id"] for row in pending] == [change_id]

    status, error = mofang("rules", "approve", str(change_id), "--by", "li")
    assert (status, "须由他人审批" in error, error.count("\n")) == (1, True, 1)

    mofang("rules", "approve", str(change_id), "--by", "wang", "--format", "json")
    shown, _ = mofang("rules", "show", *ORG, "--day", "2026-07-01", "--format", "json")
    row = next(each for each in shown if each["parameter"] == "active_days")
    told = {
        key: row[key] for key in ("value", "level", "set_by", "changed_by", "approved_by", "effective_from")
    }
    assert told == {
        "value": "45", "level": "tier1", "set_by": "540000", "changed_by": "li", "approved_by": "wang",
        "effective_from": "2026-07-01",
    }  # fmt: skip

    then, _ = mofang(
        "rules", "show", *ORG, "--day", "2026-07-01", "--known-at", row["recorded_at"], "--format", "json"
    )
    assert then == shown

    rows, _ = mofang("table", "parameter_change", *ORG, "--format", "json")
    assert (rows[-1]["status"], rows[-1]["value"]) == ("approved", "45")
    actions = [each["action"] for each in mofang("table", "audit_log", "--format", "json")[0]]
    assert actions == ["rulebook.changed", "parameter.proposed", "parameter.approved"]


def test_set_and_approved_at_once(mofang: Any) -> None:
    rows, note = mofang(
        *SET, "--set", "n_mid=5", "--set", "n_low=3", "--approved-by", "wang", "--format", "json"
    )
    assert ([row["status"] for row in rows], note) == (["approved"] * 2, "")


@pytest.mark.parametrize(
    ("values", "status", "expected"),
    [
        (("--set", "adult_age=17"), 1, "may be set down to hq"),
        (("--set", "active_days=45'; drop"), 1, "is not a number"),
        (("--set", "active_days"), 2, "write parameter=value"),
        (("--set", "n_mid=5", "--set", "n_mid=6"), 2, "each parameter once"),
    ],
)
def test_refusals_are_one_line(mofang: Any, values: tuple[str, ...], status: int, expected: str) -> None:
    found, error = mofang(*SET, *values)
    assert (found, error.count("\n"), expected in error) == (status, 1, True)


def test_the_untouched_history_is_whole(mofang: Any) -> None:
    found, note = mofang("rules", "verify", "--format", "json")
    assert (found, "none edited or missing" in note) == ([], True)


def test_the_export_says_what_is_in_force(mofang: Any, tmp_path: Path) -> None:
    mofang(*SET, "--set", "sleep_days=200", "--approved-by", "wang", "--format", "json")
    assert execute(["rules", "export", "--to", str(tmp_path)]) == 0
    assert "- {value: 200, from: 2026-07-01}" in (tmp_path / "branches" / "540000.yaml").read_text(
        encoding="utf-8"
    )


def test_there_is_nothing_to_restate(mofang: Any) -> None:
    window = ("--from", "2026-01-01", "--to", "2026-01-02")
    status, error = mofang("rules", "restate", "--name", "n", *window, "--reason", "r", "--by", "li")
    assert (status, "nothing to restate" in error) == (1, True)
