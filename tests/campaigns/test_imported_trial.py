"""A trial assigned elsewhere, from CSV files to its effects, against numbers reckoned by hand (see bank.py)."""

import json
import shutil
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import REPOSITORY, Home
from tests.campaigns import bank
from tests.pipeline.conftest import run

Table = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    root = tmp_path_factory.mktemp("trial")
    bank.land(root / "landing")
    shutil.copytree(REPOSITORY / "rulebook", root / "rulebook")
    bank.write_campaign(root / "rulebook", bank.CAMPAIGN, bank.AUDIENCE)
    bank.write_campaign(root / "rulebook", bank.NO_CONTROL, bank.TREATED)
    bank.write_campaign(root / "rulebook", bank.TWO_ARMS, "customer_id,arm\n001,a\n001,control\n")
    home = Home(home=root, rulebook=root / "rulebook")
    run(home, date(2026, 1, 9), date(2026, 1, 13))
    return home


@pytest.fixture
def table(home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Table:
    """`mofang table NAME --format json`, the rows of one campaign."""
    monkeypatch.setenv("MOFANG_HOME", str(home.root))
    monkeypatch.setenv("MOFANG_RULEBOOK", str(home.rulebook))

    def read(name: str, campaign: str = "trial") -> list[dict[str, Any]]:
        assert execute(["table", name, "--format", "json"]) == 0
        return [row for row in json.loads(capsys.readouterr().out) if row["campaign"] == campaign]

    return read


def test_it_is_evaluated_by_itself(table: Table) -> None:
    [row] = table("campaign")
    assert (row["campaign"], row["state"], row["frozen_on"]) == ("trial", "evaluated", "2026-01-10")
    assert row["unknown_customers"] == 1


def test_audience_is_the_file_s(table: Table) -> None:
    rows = table("campaign_audience")
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

    [row] = [each for each in table("campaign_effect") if (each["metric"], each["method"]) == (metric, "raw")]
    expected = stats.ttest_ind(treated, control, equal_var=False)
    interval = expected.confidence_interval()
    found = [row[name] for name in ("value_treatment", "value_control", "p_value", "ci_low", "ci_high")]
    assert found == pytest.approx([sum(treated) / 4, sum(control) / 4, expected.pvalue, *interval])
    assert (row["n_treatment"], row["n_control"], row["srm_p"]) == (4, 4, None)


def test_primary_s_p_value_is_not_adjusted_and_the_others_are(table: Table) -> None:
    from statsmodels.stats.multitest import multipletests

    rows = [row for row in table("campaign_effect") if row["method"] == "raw"]
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
        each for each in table("campaign_effect") if (each["metric"], each["method"]) == ("pay_amt", "cuped")
    ]
    assert row["effect"] == pytest.approx(adjusted[:4].mean() - adjusted[4:].mean())


def test_return_by_hand(table: Table) -> None:
    # Treated pay 275 each, control 100: 4 x 175 x 10% = 70 of margin against two contacts of 5 fen.
    [row] = table("campaign_roi")
    assert (row["incremental_pay_fen"], row["incremental_margin_fen"], row["roi"]) == pytest.approx(
        (700, 70, 6)
    )


def test_funnel(table: Table) -> None:
    rows = table("campaign_funnel")
    assert [(row["stage"], row["customers"]) for row in rows if row["arm"] == "treatment"] == [
        ("audience", 4),
        ("sent", 2),
        ("paid", 3),
    ]


def test_daily_readings_are_wider_and_say_so(table: Table) -> None:
    rows = [row for row in table("campaign_reading") if (row["metric"], row["method"]) == ("pay_rate", "raw")]
    assert [(row["day"], row["verdict"]) for row in rows] == [
        ("2026-01-10", "running"),
        ("2026-01-11", "running"),
        ("2026-01-12", "unclear"),
    ]


def test_unknown_ids_are_reported_as_tokens(table: Table) -> None:
    [row] = table("campaign_left_out")
    assert (row["reason"], row["customer_key"], len(row["token"])) == ("unknown_customer", None, 64)


def test_every_step_is_in_the_log(home: Home) -> None:
    from mofang_pipeline.control import log
    from mofang_pipeline.control.database import engine

    steps = [entry.payload["to"] for entry in log.entries(engine(home), subject="trial")]
    assert steps == ["frozen", "live", "ended", "reconciled", "evaluated"]


def test_without_control_others_of_the_same_kind_are_the_comparison(table: Table) -> None:
    [row] = table("campaign_effect", "no_control")
    # Changes: 300 - 100, 500, 0, 300 against four who never pay.
    assert (row["method"], row["n_control"], row["effect"], row["verdict"]) == ("did", 4, 250, "directional")


def test_campaigns_of_the_same_customers_are_reported(table: Table) -> None:
    [row] = table("campaign_spillover")
    assert (row["other_campaign"], row["customers"], row["treated_by_other"]) == ("no_control", 4, 4)


def test_a_list_that_cannot_be_used_keeps_its_campaign_back(table: Table) -> None:
    [row] = table("campaign", "two_arms")
    assert row["state"] == "draft" and "1 customer_id(s) are in two arms" in row["problem"]


def test_an_earlier_day_knows_the_same_of_the_window(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    """Runs late: what is known on the window's last day, and on the day after, when another customer pays."""
    before = [{**row, "as_of": None} for row in table("campaign_effect")]
    assert execute(["evaluate", "trial", "--as-of", "2026-01-12", "--format", "json"]) == 0
    capsys.readouterr()
    after = table("campaign_effect")
    assert [{**row, "as_of": None} for row in after] == before
    assert {row["as_of"] for row in after} == {"2026-01-12"}
