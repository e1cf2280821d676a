"""A trial assigned elsewhere, from CSV files to its effects, against numbers reckoned by hand (see bank.py)."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mofang_pipeline import lake
from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import REPOSITORY, Home
from tests.campaigns.bank import land, write_campaign
from tests.pipeline.conftest import run

Table = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("trial")
    land(root / "landing")
    shutil.copytree(REPOSITORY / "rulebook", root / "rulebook")
    write_campaign(root / "rulebook")
    home = Home(home=root, rulebook=root / "rulebook")
    run(home, date(2026, 1, 9), date(2026, 1, 12))
    return home


@pytest.fixture
def table(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Table:
    """`mofang table NAME --format json`."""
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))

    def read(*arguments: str) -> list[dict[str, Any]]:
        assert execute([*arguments, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return read


def test_it_is_evaluated_by_itself(table: Table) -> None:
    [row] = table("table", "campaign")
    assert (row["campaign"], row["state"], row["frozen_on"]) == ("trial", "evaluated", "2026-01-10")
    assert row["unknown_customers"] == 1


def test_audience_is_the_file_s(table: Table) -> None:
    rows = table("table", "campaign_audience")
    arms = {row["customer_key"]: row["arm"] for row in rows}
    assert arms == dict.fromkeys(range(1, 5), "treatment") | dict.fromkeys(range(5, 9), "control")


# (metric, treatment's values, control's values)
BY_HAND = [
    ("pay_rate", [1, 1, 0, 1], [1, 0, 0, 0]),
    ("pay_cnt", [2, 1, 0, 1], [1, 0, 0, 0]),
    ("pay_amt", [300, 500, 0, 300], [400, 0, 0, 0]),
    ("bind_rate", [0, 1, 0, 0], [0, 0, 0, 0]),
    ("unbind_rate", [0, 0, 0, 0], [1, 0, 0, 0]),
    ("complaint_rate", [0, 1, 0, 0], [0, 0, 0, 0]),
    ("aum_change", [4000, 0, 0, 0], [0, 0, 0, 0]),
]


@pytest.mark.parametrize(("metric", "treated", "control"), BY_HAND)
def test_effects_are_those_of_the_customers(
    table: Table, metric: str, treated: list[int], control: list[int]
) -> None:
    from scipy import stats

    [row] = [
        each
        for each in table("table", "campaign_effect")
        if (each["metric"], each["method"]) == (metric, "raw")
    ]
    expected = stats.ttest_ind(treated, control, equal_var=False)
    interval = expected.confidence_interval()
    found = [row[name] for name in ("value_treatment", "value_control", "p_value", "ci_low", "ci_high")]
    assert found == pytest.approx([sum(treated) / 4, sum(control) / 4, expected.pvalue, *interval])
    assert (row["n_treatment"], row["n_control"], row["srm_p"]) == (4, 4, None)


def test_primary_s_p_value_is_not_adjusted_and_the_others_are(table: Table) -> None:
    from statsmodels.stats.multitest import multipletests

    rows = [row for row in table("table", "campaign_effect") if row["method"] == "raw"]
    others = [row for row in rows if row["metric"] != "pay_rate" and row["p_value"] is not None]
    adjusted = multipletests([row["p_value"] for row in others], method="fdr_bh")[1]
    assert [row["p_adjusted"] for row in others] == pytest.approx(list(adjusted))
    assert all(row["p_adjusted"] == row["p_value"] for row in rows if row["metric"] == "pay_rate")


def test_cuped_takes_out_the_days_before(table: Table) -> None:
    import numpy as np

    before, window = np.array([100, 0, 0, 0, 200, 0, 600, 0]), np.array([300, 500, 0, 300, 400, 0, 0, 0])
    theta = np.cov(before, window)[0, 1] / np.var(before, ddof=1)
    adjusted = window - theta * (before - before.mean())
    [row] = [
        each
        for each in table("table", "campaign_effect")
        if (each["metric"], each["method"]) == ("pay_amt", "cuped")
    ]
    assert row["effect"] == pytest.approx(adjusted[:4].mean() - adjusted[4:].mean())


def test_return_by_hand(table: Table) -> None:
    # Treated pay 275 each, control 100: 4 x 175 x 10% = 70 of margin against two contacts of 5 fen.
    [row] = table("table", "campaign_roi")
    assert (row["incremental_pay_fen"], row["incremental_margin_fen"], row["roi"]) == pytest.approx(
        (700, 70, 6)
    )


def test_funnel(table: Table) -> None:
    rows = table("table", "campaign_funnel")
    assert [(row["stage"], row["customers"]) for row in rows if row["arm"] == "treatment"] == [
        ("audience", 4),
        ("sent", 2),
        ("paid", 3),
    ]


def test_daily_readings_are_wider_and_say_so(table: Table) -> None:
    rows = [
        row
        for row in table("table", "campaign_reading")
        if (row["metric"], row["method"]) == ("pay_rate", "raw")
    ]
    assert [(row["day"], row["verdict"]) for row in rows] == [
        ("2026-01-10", "running"),
        ("2026-01-11", "running"),
        ("2026-01-12", "unclear"),
    ]


def test_unknown_ids_are_reported_as_tokens(table: Table) -> None:
    [row] = table("table", "campaign_left_out")
    assert (row["reason"], row["customer_key"], len(row["token"])) == ("unknown_customer", None, 64)


def test_every_step_is_in_the_log(home: Home) -> None:
    from mofang_pipeline.control import log
    from mofang_pipeline.control.database import engine

    steps = [entry.payload["to"] for entry in log.entries(engine(home), subject="trial")]
    assert steps == ["frozen", "live", "ended", "reconciled", "evaluated"]


def test_the_next_day_knows_the_same_window(home: Home, table: Table) -> None:
    """Runs last: a payment after the window changes no effect."""
    before = [{**row, "as_of": None} for row in table("table", "campaign_effect")]
    run(home, date(2026, 1, 13), date(2026, 1, 13))
    assert [{**row, "as_of": None} for row in table("table", "campaign_effect")] == before
    with lake.connect(home, read_only=True) as connection:
        assert connection.execute(
            "select count(*) from mart.campaign_reading where day > '2026-01-12'"
        ).fetchall() == [(0,)]
