"""What a command says when asked for the impossible: one line on stderr, nothing on stdout, a status."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

from mofang_pipeline.cli.application import app, execute

WINDOW = ["--from", "2026-01-01", "--to", "2026-01-02"]
USAGE = [
    (["tree"], "Missing option '--day'."),
    (["tree", "--day", "2026-13-01"], "'2026-13-01' is not a day; write YYYY-MM-DD"),
    (["tree", "--day", "2026-W01-1"], "'2026-W01-1' is not a day; write YYYY-MM-DD"),
    (["tree", "--day", "2026-1-1"], "'2026-1-1' is not a day; write YYYY-MM-DD"),
    (["tree", "--day", "20260101"], "'20260101' is not a day; write YYYY-MM-DD"),
    (["tree", "--day", "2026-01-01", "--language", "fr"], "'--language': fr: zh or en"),
    (["flow", "--from", "2026-01-02", "--to", "2026-01-01"], "--from 2026-01-02 is after --to 2026-01-01"),
    (["flow", *WINDOW, "--level", "-1"], "'--level': Input should be greater than or equal to 0"),
    (["flow", *WINDOW, "--basis", "x"], "'x' is not one of 'actual', 'same-rules'"),
    (["run", "--from", "2026-01-02", "--to", "2026-01-01"], "is after"),
    (["generate", "--customers", "0", *WINDOW], "Input should be greater than or equal to 1"),
    (["status", "--format", "xml"], "'xml' is not one of 'table', 'json', 'csv'"),
    (["table"], "Missing argument"),
    (["nonsense"], "No such command 'nonsense'"),
    (["rules", "preview", "--set", "active_days=20"], "give either --day, or both --from and --to"),
    (
        ["rules", "preview", "--set", "active_days", "--day", "2026-01-01"],
        "active_days: write parameter=value",
    ),
    (["rules", "preview", "--trial", "a", "--day", "2026-01-01"], "--trial a: write name:parameter=value"),
    (["flow", *WINDOW, "--basis", "same-rules", "--causes"], "choose one"),
    (["reasons", *WINDOW, "--to-segment", "E1"], "Missing option '--from-segment'."),
    (["explain", "--customer", "1"], "Missing option '--day'."),
    (["rules", "nonsense"], "No such command 'nonsense'"),
]
NOTHING_YET = "nothing is computed yet: mofang run --from DAY --to DAY"
FAILURES = [
    (["tree", "--day", "2026-01-01"], NOTHING_YET),
    (["flow", "--from", "2026-01-01", "--to", "2026-01-02"], NOTHING_YET),
    (["table", "customer_wide"], NOTHING_YET),
    (["table", "landing_file"], NOTHING_YET),
    (["rules", "preview", "--day", "2026-01-01", "--set", "active_days=20"], NOTHING_YET),
    (["reasons", *WINDOW, "--from-segment", "D3", "--to-segment", "E1"], NOTHING_YET),
    (["explain", "--customer", "1", "--day", "2026-01-01"], NOTHING_YET),
    (["users", "list"], "Superset is not set up yet: run `mofang serve` first"),
    (["users", "remove", "zhaxi"], "Superset is not set up yet: run `mofang serve` first"),
]


def mofang(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MOFANG_")}
    environment |= {"MOFANG_HOME": str(home)} | variables
    command = [sys.executable, "-m", "mofang_pipeline.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def _id(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else ""


@pytest.mark.parametrize("arguments", [[], ["rules"]])
def test_without_a_command_the_help_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    status, shown = execute(arguments), capsys.readouterr()
    assert (status, shown.out, "\nCommands:\n" in shown.err) == (2, "", True)


def test_every_option_and_argument_is_explained() -> None:
    unexplained = []
    commands = [("mofang", get_command(app))]
    for name, command in commands:  # those of a group are added as it is met
        unexplained += [f"{name} {each.name}" for each in command.params if not getattr(each, "help", None)]
        commands += [(f"{name} {each.name}", each) for each in getattr(command, "commands", {}).values()]
    assert unexplained == []


@pytest.mark.parametrize(("arguments", "expected"), USAGE, ids=_id)
def test_usage(capsys: pytest.CaptureFixture[str], arguments: list[str], expected: str) -> None:
    status = execute(arguments)
    printed = capsys.readouterr()
    assert (status, printed.out, printed.err.count("\n")) == (2, "", 1), printed.err
    assert expected in printed.err


@pytest.mark.parametrize(("arguments", "expected"), FAILURES, ids=_id)
def test_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    expected: str,
) -> None:
    monkeypatch.setenv("MOFANG_HOME", str(tmp_path))
    status = execute(arguments)
    printed = capsys.readouterr()
    assert (status, printed.out, printed.err) == (1, "", f"mofang: {expected}\n")


def test_a_missing_rulebook_is_named(tmp_path: Path) -> None:
    done = mofang(tmp_path, "rules", "check", "--rulebook", str(tmp_path / "none"), "--format", "json")
    assert done.returncode == 1
    assert "none" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_an_invalid_rulebook_is_refused_before_anything_runs(tmp_path: Path, broken_rulebook: Path) -> None:
    done = mofang(tmp_path / "home", "run", *WINDOW, MOFANG_RULEBOOK=str(broken_rulebook))
    assert done.returncode == 1
    assert "tree.yaml: node A1" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "home" / "lake").exists()


def test_rules_check_names_file_node_and_reason(tmp_path: Path, broken_rulebook: Path) -> None:
    done = mofang(tmp_path, "rules", "check", "--rulebook", str(broken_rulebook), "--format", "csv")
    rows = done.stdout.splitlines()
    assert (done.returncode, rows[0]) == (1, "file,node,reason,reason_zh")
    assert rows[1].startswith("tree.yaml,node A1,")


def test_debug_shows_where(tmp_path: Path) -> None:
    done = mofang(tmp_path, "tree", "--day", "2026-01-01", MOFANG_DEBUG="1")
    assert "Traceback" in done.stderr


def test_the_valid_rulebook_has_no_problem(tmp_path: Path) -> None:
    done = mofang(tmp_path, "rules", "check", "--format", "json")
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


def test_help_starts_at_once_and_names_every_command(tmp_path: Path) -> None:
    done = mofang(tmp_path, "--help")
    commands = ("demo", "generate", "run", "tree", "flow", "table", "status", "rules", "reasons", "explain")
    missing = [name for name in commands if name not in done.stdout]
    assert missing == []


def test_a_home_that_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = mofang(tmp_path / "file", "status")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "cannot be used: File exists; name a folder that may be written" in done.stderr


def test_a_home_with_a_quote_in_its_path_is_refused_in_one_line(tmp_path: Path) -> None:
    done = mofang(tmp_path / "it's", "status")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "has a quote in its path: name a folder without one" in done.stderr
