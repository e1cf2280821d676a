"""Why customers moved along a link, against the conditions evaluated one customer at a time."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mofang_pipeline import flows, replay
from mofang_pipeline.reasons import Reason, reasons
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, resolved
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.predicates import predicates
from tests.causes import oracle
from tests.causes.test_causes import days_of, people
from tests.causes.two_days import D0, D1, bank, rulebook, values
from tests.rulebook.rulebook_cases import SMALL, customer

few = settings(max_examples=8, suppress_health_check=list(HealthCheck))
LINKS = [
    ("NOW", "GONE"),
    ("GONE", "NOW"),
    ("NEVER", "NOW"),
    ("POOR", "RICH"),
    ("RICH", "GONE"),
    ("G_OLD", "G_YOUNG"),
]


def truths(book: Rulebook, day: Any, row: Any, when: str) -> dict[str, Any]:
    """Every predicate of the condition, and the condition itself under ''."""
    held = {name: each.value for name, each in resolved(book, day)[row["city"] or row["province"]].items()}
    condition = parse_condition(when, book.tree.parameter_types)
    found = {each.worded(book): evaluate(each.test, row, held) for each in predicates(condition)}
    return found | {"": evaluate(condition, row, held) is True}


def told(books: list[Rulebook], link: tuple[str, str], first: Any, last: Any) -> Counter[Any]:
    """(child, predicate, before, after) -> customers, and -> those whose own data crossed the threshold."""
    counted: Counter[Any] = Counter()
    for x0, x1 in zip(first, last, strict=True):
        path0, path1 = oracle.path(books[0], D0, x0), oracle.path(books[1], D1, x1)
        if link[0] not in path0 or link[1] not in path1:
            continue
        split = oracle.split(path0, path1)
        children = books[0].tree.children[split]
        farther = max(place for place, node in enumerate(children) if node.id in path0 + path1)
        for child in children[: farther + 1]:
            if child.when is None:
                continue
            asked = ((books[0], D0, x0), (books[0], D0, x1), (books[1], D1, x1))
            was, masked, became = (truths(*each, child.when) for each in asked)
            for name in was:
                if name and was[""] != became[""] and was[name] != became[name]:
                    counted[child.id, name, was[name], became[name], "customers"] += 1
                    counted[child.id, name, was[name], became[name], "moved"] += masked[name] == became[name]
    return +counted


def found(connection: Any, window: flows.Window, link: tuple[str, str]) -> Counter[Any]:
    counted: Counter[Any] = Counter()
    for each in reasons(connection, window, *link):
        assert each.customers == each.customer_moved + each.rule_changed + each.both
        key = (each.node_id, each.predicate, each.before, each.after)
        counted[(*key, "customers")] += each.customers
        counted[(*key, "moved")] += each.customer_moved
    return +counted


@few
@given(drawn=people, before=values, after=values)
def test_reasons_are_those_told_one_by_one(
    tmp_path_factory: pytest.TempPathFactory, drawn: Any, before: Any, after: Any
) -> None:
    books = [rulebook(tmp_path_factory.mktemp("rules"), chosen) for chosen in (before, after)]
    first, last = days_of(drawn)
    connection = bank({D0: first, D1: last}, {D0: books[0], D1: books[1]})
    window = flows.Window("HQ", "hq", D0, D1, *map(replay.everywhere, books))
    for link in LINKS:
        assert found(connection, window, link) == told(books, link, first, last)


def paying(*days: int) -> list[Any]:
    return [customer(province="P2", city=None, days_since_last_paid=each, aum_fen=0) for each in days]


def window_of(
    tmp_path: Path, first: list[Any], last: list[Any], after: int, **changes: str
) -> tuple[Any, Any]:
    books = [rulebook(tmp_path / "0"), rulebook(tmp_path / "1", {"P2": {"window": after}}, **changes)]
    connection = bank({D0: first, D1: last}, {D0: books[0], D1: books[1]})
    return connection, flows.Window("P2", "tier1", D0, D1, *map(replay.everywhere, books))


def test_values_and_thresholds_before_and_after(tmp_path: Path) -> None:
    connection, window = window_of(tmp_path, paying(9, 19, 29), paying(19, 29, 39), after=15)
    assert reasons(connection, window, "POOR", "G_YOUNG") == [
        Reason(
            split_node="root",
            node_id="NOW",
            predicate="days_since_last_paid < :window",
            before=True,
            after=False,
            customers=3,
            customer_moved=1,
            rule_changed=2,
            both=0,
            values_before=(9, 19, 29),
            values_after=(19, 29, 39),
            threshold_before="30",
            threshold_after="15",
        )
    ]


def test_under_the_same_rules_only_data_can_flip_it(tmp_path: Path) -> None:
    connection, window = window_of(tmp_path, paying(9, 19, 29), paying(19, 29, 39), after=15)
    found = reasons(connection, window, "POOR", "G_YOUNG", same_rules=True)
    assert [(each.customers, each.customer_moved, each.threshold_after) for each in found] == [(1, 1, "30")]


def test_a_condition_that_the_new_tree_words_otherwise(tmp_path: Path) -> None:
    tree = SMALL["tree.yaml"].replace(
        "days_since_last_paid < :window", "days_since_last_paid < :window and age < 30"
    )
    connection, window = window_of(tmp_path, paying(9), paying(9), after=30, **{"tree.yaml": tree})
    assert [
        (each.predicate, each.before, each.after) for each in reasons(connection, window, "POOR", "G_YOUNG")
    ] == [("age < 30", None, False)]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        (("NOW", "POOR"), "lie on one path"),
        (("(new)", "POOR"), "no segment \\(new\\)"),
        (("X", "POOR"), "no segment X"),
    ],
)
def test_no_link(tmp_path: Path, link: tuple[str, str], reason: str) -> None:
    connection, window = window_of(tmp_path, paying(9), paying(9), after=30)
    with pytest.raises(Refused, match=reason):
        reasons(connection, window, *link)
