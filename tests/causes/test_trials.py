"""Trials against the plain oracle: every organisation, several trials at once, days with other values, refusals."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.trials import LeafCount, Migration, Trial, counts, preview, with_trial
from tests.causes import oracle
from tests.causes.test_causes import days_of, people
from tests.causes.test_flows import ORGANISATIONS, node
from tests.causes.two_days import D0, D1, bank, rulebook, values
from tests.rulebook.rulebook_cases import customer

few = settings(max_examples=6, suppress_health_check=list(HealthCheck))
windows = st.lists(st.integers(7, 59), min_size=1, max_size=3, unique=True)
BY_LEVEL = {"hq": {"rich": 700}, "tier1": {"limit": 90}, "tier2": {}}


def told(book: Rulebook, org: tuple[str, str], trials: list[Trial], days: dict[date, Any]) -> list[Migration]:
    code, level = org
    books = [with_trial(book, code, trial) for trial in trials]
    counted: Counter[Any] = Counter()
    for day, rows in days.items():
        for row in rows:
            if level == "hq" or code in (row["province"], row["city"]):
                for place, tried in enumerate(books):
                    walks = (oracle.path(each, day, row) for each in (book, tried))
                    counted[day, place, *(node(book, level, 99, walked) for walked in walks)] += 1
    return [
        Migration(day, trials[place].name, before, after, customers)
        for (day, place, before, after), customers in sorted(counted.items())
    ]


@few
@given(drawn=people, chosen=values, tried=windows)
def test_every_organisation(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, chosen: Any, tried: list[int]
) -> None:
    book = rulebook(tmp_path_factory.mktemp("rules"), chosen)
    first, last = days_of(drawn)
    connection = bank({D0: first, D1: last}, {D0: book, D1: book})
    for org, level in ORGANISATIONS:
        trials = [Trial(f"window {days}", {"window": days, **BY_LEVEL[level]}) for days in tried]
        expected = told(book, (org, level), trials, {D0: first, D1: last})
        assert preview(connection, book, org, trials, D0, D1) == expected


ONE = [customer(province="P2", city=None, days_since_last_paid=days) for days in (5, 20, 40)]


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return rulebook(tmp_path, {"P2": {"window": "{value: 45, from: 2026-03-31}"}})


def test_a_backtest_compares_with_the_values_of_each_day(book: Rulebook) -> None:
    connection = bank({D0: ONE, D1: ONE}, {D0: book, D1: book})
    assert preview(connection, book, "P2", [Trial("short", {"window": 10})], D0, D1) == [
        Migration(D0, "short", "G_YOUNG", "G_YOUNG", 1),
        Migration(D0, "short", "POOR", "G_YOUNG", 1),
        Migration(D0, "short", "POOR", "POOR", 1),
        Migration(D1, "short", "POOR", "G_YOUNG", 2),
        Migration(D1, "short", "POOR", "POOR", 1),
    ]


def test_counts_tell_of_every_leaf(book: Rulebook) -> None:
    moved = [Migration(D1, "short", "POOR", "G_YOUNG", 2), Migration(D1, "short", "POOR", "POOR", 1)]
    assert counts(book, "P2", moved) == [
        LeafCount(D1, "short", "NEVER", 0, 0),
        LeafCount(D1, "short", "RICH", 0, 0),
        LeafCount(D1, "short", "POOR", 3, 1),
        LeafCount(D1, "short", "G_OLD", 0, 0),
        LeafCount(D1, "short", "G_YOUNG", 0, 2),
    ]


@pytest.mark.parametrize(
    ("org", "tried", "reason"),
    [
        ("P2", {"window": 500}, "500 is outside 7..120 days"),
        ("P2", {"window": 80}, "window < limit"),
        ("P2", {"window": "x'; drop"}, "is not a number"),
        ("P2", {"rich": 5}, "may be set down to hq"),
        ("P2", {"widow": 5}, "is not in tree.yaml"),
        ("P2", {}, "sets nothing"),
        ("P9", {"window": 30}, "there is no organisation P9"),
    ],
)
def test_refused_with_the_reason(book: Rulebook, org: str, tried: dict[str, Any], reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        with_trial(book, org, Trial("a", tried))


def test_two_trials_of_one_name_are_refused(book: Rulebook) -> None:
    with pytest.raises(Refused, match="2 trials are called a"):
        preview(bank({D0: ONE}, {}), book, "P2", [Trial("a", {"window": 9}), Trial("a", {"window": 8})], D0)
