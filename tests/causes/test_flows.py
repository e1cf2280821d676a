"""Flows of a window under the earlier rules, and their causes, for every organisation and level, against the oracle."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mofang_pipeline import flows, replay
from mofang_pipeline.rulebook import Rulebook
from tests.causes import oracle
from tests.causes.test_causes import days_of, people
from tests.causes.two_days import D0, D1, bank, rulebook, values

ORGANISATIONS = [
    ("HQ", "hq"),
    ("P1", "tier1"),
    ("P2", "tier1"),
    ("P3", "tier1"),
    ("C1", "tier2"),
    ("C3", "tier2"),
]
few = settings(max_examples=6, suppress_health_check=list(HealthCheck))


def node(book: Rulebook, level: str, depth: int, walked: list[str]) -> str:
    if level == "hq":
        walked = walked[: next(i for i, each in enumerate(walked) if each in book.tree.leaves) + 1]
    return walked[min(depth, len(walked) - 1)]


def told(books: list[Rulebook], org: tuple[str, str], depth: int, first: Any, last: Any) -> Counter[Any]:
    """(from, to under the earlier rules, actual to, cause) -> customers."""
    code, level = org
    counted: Counter[Any] = Counter()
    for x0, x1 in zip(first, last, strict=True):
        here, there = (level == "hq" or code in (x["province"], x["city"]) for x in (x0, x1))
        before = node(books[0], level, depth, oracle.path(books[0], D0, x0)) if here else "(moved in)"
        masked = node(books[0], level, depth, oracle.path(books[0], D0, x1)) if there else "(moved out)"
        after = node(books[1], level, depth, oracle.path(books[1], D1, x1)) if there else "(moved out)"
        if here or there:
            why = oracle.cause(before, masked, after) if here and there else "population"
            counted[before, masked, after, why] += 1
    return counted


def summed(counted: Counter[Any], *places: int) -> Counter[Any]:
    sums: Counter[Any] = Counter()
    for key, customers in counted.items():
        sums[tuple(key[place] for place in places)] += customers
    return sums


def rows(result: Any) -> Counter[Any]:
    return Counter({row[:-1]: row[-1] for row in result.fetchall()})


@few
@given(drawn=people, before=values, after=values)
def test_every_organisation_and_level(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, before: Any, after: Any
) -> None:
    books = [rulebook(tmp_path_factory.mktemp("rules"), chosen) for chosen in (before, after)]
    first, last = days_of(drawn)
    connection = bank({D0: first, D1: last}, {D0: books[0], D1: books[1]})
    rules = [replay.everywhere(book) for book in books]
    for code, level in ORGANISATIONS:
        window = flows.Window(code, level, D0, D1, *rules)
        for depth in (0, 1, 2, flows.DEEPEST):
            expected = told(books, (code, level), depth, first, last)
            assert rows(flows.same_rules(connection, window, depth)) == summed(expected, 0, 1)
            assert rows(flows.by_cause(connection, window, depth)) == summed(expected, 0, 2, 3)
