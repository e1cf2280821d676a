"""All campaigns of a quarter against the global control group, over customers made up here with a planted effect."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import numpy as np
import pytest
from scipy import stats

from mofang_pipeline import published
from mofang_pipeline.campaigns import overall
from mofang_pipeline.campaigns.quarter import Quarter
from mofang_pipeline.home import REPOSITORY
from mofang_pipeline.rulebook import read_rulebook

FROZEN, END = date(2026, 4, 9), date(2026, 6, 30)
SHARE, WANTED, PROVINCES = 0.2, 2000, ("540000", "410000")
EVENTS = "dt date, known_day date, event_day date, customer_key bigint, event varchar, sign integer"
# (campaign, its first day, set, frozen on): two of the second quarter, and what does not count for it
CAMPAIGNS = [
    ("spring", date(2026, 4, 10), "asleep", FROZEN),
    ("may", date(2026, 5, 5), "asleep", FROZEN),
    ("trial", date(2026, 5, 1), None, FROZEN),
    ("draft", date(2026, 5, 1), "asleep", None),
    ("summer", date(2026, 7, 2), "asleep", date(2026, 7, 1)),
]


def is_kept_out(number):
    return number % 5 == 0


def paid(number):
    """Payments in the quarter: by chance that is always the same; one more of each third whom campaigns reach."""
    return number * 7919 % 4 // 2 + (not is_kept_out(number) and number % 3 == 0)


@pytest.fixture(scope="module")
def bank():
    """2,000 customers whom `spring` wants, all of Tibet and Henan in turn; half of them `may` wants too."""
    connection = duckdb.connect()
    for schema in ("mart", "int", "landed"):
        connection.execute(f"create schema {schema}")
    for part in ("core", "campaigns"):
        connection.execute(published.statement(f"tables/{part}"))
    connection.execute(f"create table landed.campaign_contact ({EVENTS})")
    connection.execute(f"create table landed.agreement ({EVENTS})")
    connection.execute(
        """create table int.int_activity (
            known_day date, event_day date, customer_key bigint, pay_cnt bigint, pay_amt bigint
        )"""
    )
    connection.executemany(
        "insert into mart.campaign (campaign, from_day, set_name, frozen_on) values (?, ?, ?, ?)", CAMPAIGNS
    )
    wanted = [(name, number) for number in range(WANTED) for name in ("spring", "may")[: 1 + number % 2]]
    published.insert_rows(
        connection, "mart.campaign_audience",
        [(name, number, str(number), "treatment", FROZEN) for name, number in wanted if not is_kept_out(number)]
        + [("trial", number, str(number), "treatment", FROZEN) for number in range(WANTED, WANTED + 50)],
    )  # fmt: skip
    published.insert_rows(
        connection, "mart.campaign_left_out",
        [(name, number, str(number), "global_control", None) for name, number in wanted if is_kept_out(number)]
        + [("spring", WANTED + 60, "x", "frequency_cap", None), ("trial", None, "y", "unknown_customer", None)],
    )  # fmt: skip
    published.insert_rows(
        connection, "mart.segment_membership",
        [(FROZEN, PROVINCES[number % 2], "", number, "F1", "F1", "v") for number in range(WANTED + 61)],
    )  # fmt: skip
    days = (date(2026, 4, 12), date(2026, 3, 1))  # in the quarter, and before it
    published.insert_rows(
        connection, "int.int_activity",
        [(days[0], days[0], number, paid(number), 100 * paid(number)) for number in range(WANTED)]
        + [(days[1], days[1], number, number % 2, 100) for number in range(WANTED)],
    )  # fmt: skip
    return connection


@pytest.fixture(scope="module")
def rulebook():
    found = read_rulebook(REPOSITORY / "rulebook")
    return replace(found, settings=replace(found.settings, global_control_share=Decimal(str(SHARE))))


@pytest.fixture
def rows(bank, rulebook):
    """What is written as known on a day: (period, organisation, metric, method) -> row."""

    def read(as_of):
        overall.evaluate(bank, rulebook, as_of, again=True)
        found = bank.execute("select * from mart.campaign_global_effect")
        names = [column[0] for column in found.description]
        told = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
        return {(row["period"], row["org_code"], row["metric"], row["method"]): row for row in told}

    return read


def test_the_difference_is_that_of_the_customers(rows):
    """By scipy's own Welch test over the customers one by one; who was left out for a cap is open to campaigns."""
    kept, others = ([paid(n) for n in range(WANTED) if is_kept_out(n) == side] for side in (True, False))
    expected = stats.ttest_ind([*others, 0], kept, equal_var=False)
    row = rows(END)["2026Q2", "000000", "pay_cnt", "raw"]
    found = [row[name] for name in ("n_treatment", "n_control", "effect", "ci_low", "ci_high")]
    interval = expected.confidence_interval()
    assert found == pytest.approx([1601, 400, np.mean([*others, 0]) - np.mean(kept), *interval])


def test_the_planted_effect_is_found(rows):
    row = rows(END)["2026Q2", "000000", "pay_cnt", "raw"]
    assert row["ci_low"] < 1 / 3 < row["ci_high"]
    assert row["verdict"] == "better"


def test_only_campaigns_over_sets_that_began_in_the_quarter_count(rows):
    row = rows(END)["2026Q2", "000000", "pay_amt", "cuped"]
    assert (row["campaigns"], row["from_day"], row["to_day"]) == (2, CAMPAIGNS[0][1], END)


def test_a_branch_is_read_over_its_own_customers(rows):
    found = rows(END)
    branches = [found["2026Q2", org, "pay_cnt", "raw"] for org in PROVINCES]
    whole = found["2026Q2", "000000", "pay_cnt", "raw"]
    assert [row["campaigns"] for row in branches] == [1, 2]
    assert sum(row["n_control"] for row in branches) == whole["n_control"]


def test_while_the_quarter_runs_each_reading_takes_its_part_of_the_error(rows):
    running, over = (rows(day)["2026Q2", "000000", "pay_cnt", "raw"] for day in (date(2026, 4, 20), END))
    assert (running["is_sequential"], running["to_day"]) == (True, date(2026, 4, 20))
    assert running["ci_high"] - running["ci_low"] > over["ci_high"] - over["ci_low"]


def test_a_group_of_another_size_than_planned_withholds_the_verdict(bank, rulebook):
    other = replace(rulebook, settings=replace(rulebook.settings, global_control_share=Decimal("0.1")))
    overall.evaluate(bank, other, END, again=True)
    found = bank.execute("select distinct verdict from mart.campaign_global_effect").fetchall()
    assert found == [("withheld",)]


def test_a_group_too_small_to_be_shown_is_not_read(bank, rulebook):
    other = replace(rulebook, settings=replace(rulebook.settings, small_cell=201))
    overall.evaluate(bank, other, END, again=True)
    found = bank.execute("select distinct org_code from mart.campaign_global_effect").fetchall()
    assert found == [("000000",)]


def test_a_group_of_few_or_all_alike_gives_no_interval(rows, monkeypatch):
    """Nobody complained, so complaints vary in neither group; with a greater need even payments tell nothing."""
    found = rows(END)["2026Q2", "000000", "complaint_rate", "raw"]
    assert [found[name] for name in ("ci_low", "p_value", "verdict")] == [None, None, "unclear"]
    monkeypatch.setattr(overall, "FEWEST", 401)
    found = rows(END)["2026Q2", "000000", "pay_cnt", "raw"]
    assert [found[name] for name in ("ci_low", "p_value", "verdict")] == [None, None, "unclear"]


def test_a_quarter_is_followed_for_a_while_and_then_left(bank, rulebook):
    overall.evaluate(bank, rulebook, date(2026, 12, 1))
    assert overall.evaluate(bank, rulebook, date(2026, 12, 2)) == 0


@pytest.mark.parametrize(
    ("day", "name", "first", "last"),
    [
        ("2026-01-01", "2026Q1", "2026-01-01", "2026-03-31"),
        ("2026-12-31", "2026Q4", "2026-10-01", "2026-12-31"),
    ],
)
def test_quarters(day, name, first, last):
    quarter = Quarter.of(date.fromisoformat(day))
    assert (str(quarter), str(quarter.first), str(quarter.last)) == (name, first, last)
