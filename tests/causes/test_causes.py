"""The cause of every move against its plain telling: values, NULLs, local splits, cities, another tree."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from tests.causes import oracle
from tests.causes.two_days import D0, D1, bank, person, rulebook, values, write_transitions
from tests.rulebook.rulebook_cases import SMALL, customer

Rows = Counter[tuple[Any, ...]]
people = st.lists(st.tuples(person(), person(), st.booleans()), min_size=1, max_size=40)
few = settings(max_examples=15, suppress_health_check=list(HealthCheck))


def found(before: Rulebook, after: Rulebook, first: list[Any], last: list[Any]) -> Rows:
    """(province, city, from, to, cause, split) -> customers, as the pipeline writes them."""
    connection = bank({D0: first, D1: last}, {D0: before, D1: after})
    write_transitions(connection, before, after)
    rows = connection.execute(
        "select province, city, from_segment, to_segment, cause, split_node, customers "
        "from mart.segment_transition_daily"
    ).fetchall()
    return Counter({row[:-1]: row[-1] for row in rows})


def told(before: Rulebook, after: Rulebook, first: list[Any], last: list[Any]) -> Rows:
    """The same, customer by customer."""
    rows: Rows = Counter()
    for x0, x1 in zip(first, last, strict=True):
        here, there = (x0["province"], x0["city"]), (x1["province"], x1["city"])
        path0, path1 = oracle.path(before, D0, x0), oracle.path(after, D1, x1)
        if here != there:
            rows[(*here, path0[-1], "(moved out)", "population", None)] += 1
            rows[(*there, "(moved in)", path1[-1], "population", None)] += 1
        else:
            why = oracle.cause(path0[-1], oracle.leaf(before, D0, x1), path1[-1])
            rows[(*here, path0[-1], path1[-1], why, oracle.split(path0, path1))] += 1
    return rows


def days_of(drawn: list[tuple[Any, Any, bool]]) -> tuple[list[Any], list[Any]]:
    """Both days' customers; most stay where they are."""
    first = [x0 for x0, _, _ in drawn]
    last = [x1 if moves else x1 | {"province": x0["province"], "city": x0["city"]} for x0, x1, moves in drawn]
    return first, last


@few
@given(drawn=people, before=values, after=values)
def test_causes_are_those_told_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, before: Any, after: Any
) -> None:
    books = [rulebook(tmp_path_factory.mktemp("rules"), chosen) for chosen in (before, after)]
    assert found(*books, *days_of(drawn)) == told(*books, *days_of(drawn))


@few
@given(drawn=people, before=values, after=values)
def test_frozen_data_moves_nobody_by_behaviour(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, before: Any, after: Any
) -> None:
    books = [rulebook(tmp_path_factory.mktemp("rules"), chosen) for chosen in (before, after)]
    first, _ = days_of(drawn)
    assert {why for *_, why, _ in found(*books, first, first)} <= {"same", "rule"}


@few
@given(drawn=people, chosen=values)
def test_unchanged_rules_move_nobody(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, chosen: Any
) -> None:
    book = rulebook(tmp_path_factory.mktemp("rules"), chosen)
    causes = {why for *_, why, _ in found(book, book, *days_of(drawn))}
    assert causes <= {"same", "behaviour", "population"}


@pytest.mark.parametrize(
    ("then", "now", "window", "expected"),
    [
        (20, 20, 30, ("POOR", "POOR", "same")),
        (20, 35, 30, ("POOR", "G_YOUNG", "behaviour")),
        (20, 20, 10, ("POOR", "G_YOUNG", "rule")),
        (20, 35, 10, ("POOR", "G_YOUNG", "behaviour")),
        (20, 35, 40, ("POOR", "POOR", "both")),  # the rule change hides the move
        (35, 20, 10, ("G_YOUNG", "G_YOUNG", "both")),
    ],
)
def test_each_cause(tmp_path: Path, then: int, now: int, window: int, expected: tuple[str, ...]) -> None:
    before = rulebook(tmp_path / "before", {"P2": {"window": 30}})
    after = rulebook(tmp_path / "after", {"P2": {"window": window}})
    first, last = (customer(province="P2", city=None, days_since_last_paid=days) for days in (then, now))
    assert [row[2:5] for row in found(before, after, [first], [last])] == [expected]


def test_another_tree_is_a_rule_too(tmp_path: Path) -> None:
    before = rulebook(tmp_path / "before")
    tree = SMALL["tree.yaml"].replace(
        'G_OLD, parent: GONE, when: "age >= 65"', 'G_ELDER, parent: GONE, when: "age >= 60"'
    )
    after = rulebook(tmp_path / "after", **{"tree.yaml": tree})
    gone = [customer(province="P2", city=None, days_since_last_paid=99, age=age) for age in (70, 62, 40)]
    assert found(before, after, gone, gone) == {
        ("P2", None, "G_OLD", "G_ELDER", "rule", "GONE"): 1,
        ("P2", None, "G_YOUNG", "G_ELDER", "rule", "GONE"): 1,
        ("P2", None, "G_YOUNG", "G_YOUNG", "same", "G_YOUNG"): 1,
    }


def test_rules_that_are_no_longer_known_are_refused(tmp_path: Path) -> None:
    before, after = rulebook(tmp_path / "a"), rulebook(tmp_path / "b", {"P2": {"window": 10}})
    one = [customer(province="P2", city=None, days_since_last_paid=20)]
    connection = bank({D0: one, D1: one}, {D0: before, D1: after})
    with pytest.raises(Refused, match="2026-03-30 was computed for P2 with rules"):
        write_transitions(connection, after, after)
