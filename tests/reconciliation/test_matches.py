"""One redemption of several grants, several of one: suggested where sums agree, one item once a user confirms."""

from typing import Any

import pytest

from mofang_pipeline.reconciliation.facts import Match
from tests.reconciliation.conftest import Books, Row, grant, on, posted, stated

OF_TWO_GRANTS = [grant("a", 0), grant("b", 1), stated("s", "a", 2, 2000), posted("p", "s", 2, 2000)]
IN_TWO_PARTS = [
    grant("a", 0, 2000), stated("s", "a", 1), posted("p", "s", 1), stated("t", "a", 2), posted("q", "t", 2),
]  # fmt: skip


def suggested(books: Books) -> list[tuple[Any, ...]]:
    return books.query("select match_id, shape, side, reward_id from mart.match_suggestion order by all")


def test_one_redemption_of_two_grants(books: Books) -> None:
    books.land(OF_TWO_GRANTS)
    books.reconcile(2)
    assert suggested(books) == [
        ("M-a", "N-1", "grant", "a"), ("M-a", "N-1", "grant", "b"), ("M-a", "N-1", "statement", "s"),
    ]  # fmt: skip


def test_one_grant_redeemed_in_two_parts(books: Books) -> None:
    books.land(IN_TWO_PARTS)
    books.reconcile(2)
    assert suggested(books) == [
        ("M-a", "1-N", "grant", "a"), ("M-a", "1-N", "statement", "s"), ("M-a", "1-N", "statement", "t"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"customer_key": 2},
        {"reward_code": "R20"},
        {"campaign_id": "C2"},
        {"amount_fen": 900},
    ],
    ids=lambda change: next(iter(change)),
)
def test_nothing_is_suggested_across(books: Books, change: Row) -> None:
    first, second, *rest = OF_TWO_GRANTS
    books.land([first, second | change, *rest])
    books.reconcile(2)
    assert suggested(books) == []


def test_of_three_open_grants_the_earliest_that_make_it_up(books: Books) -> None:
    books.land([*OF_TWO_GRANTS, grant("z", 2)])
    books.reconcile(2)
    assert [row for *_, row in suggested(books)] == ["a", "b", "s"]


@pytest.mark.parametrize(
    ("rows", "grants", "statements"),
    [(OF_TWO_GRANTS, ("a", "b"), ("s",)), (IN_TWO_PARTS, ("a",), ("s", "t"))],
    ids=["N-1", "1-N"],
)
def test_confirmed_it_is_one_item_that_matches(
    books: Books, rows: list[Row], grants: tuple[str, ...], statements: tuple[str, ...]
) -> None:
    books.land(rows)
    books.reconcile(2)
    books.matches.append(Match("M-a", "C1", on(3), grants, statements))
    books.reconcile(3)
    assert (set(books.classes(3).values()), suggested_on(books, 3), breaks_on(books, 2) > 0) == (
        {"matched"},
        0,
        True,
    )


def test_confirmed_without_its_posting_it_is_missing_one(books: Books) -> None:
    books.land([*OF_TWO_GRANTS[:3], grant("x", campaign_id="C2"), stated("y", "x"), posted("z", "y")])
    books.matches.append(Match("M-a", "C1", on(2), ("a", "b"), ("s",)))
    books.reconcile(9)
    assert {books.classes(9)[row] for row in "abs"} == {"missing_ledger"}


def test_a_correction_after_it_opens_it_again(books: Books) -> None:
    books.land(OF_TWO_GRANTS)
    books.matches.append(Match("M-a", "C1", on(2), ("a", "b"), ("s",)))
    books.correct(OF_TWO_GRANTS[1], grant("b", 1, 500), known=3)
    books.reconcile(2, 3)
    assert books.query("select day, class, item_kind, item_id, difference_fen from mart.campaign_break") == [
        (on(3), "amount_difference", "match", "M-a", 500)
    ]


def test_taken_back_it_is_as_before(books: Books) -> None:
    books.land(OF_TWO_GRANTS)
    books.reconcile(2)
    books.matches.append(Match("M-a", "C1", on(3), ("a", "b"), ("s",), until=on(4)))
    books.reconcile(3, 4)
    assert [breaks_on(books, day) for day in (2, 3, 4)] == [1, 0, 1]


def suggested_on(books: Books, day: int) -> int:
    return int(books.query("select count(*) from mart.match_suggestion where day = $day", day=on(day))[0][0])


def breaks_on(books: Books, day: int) -> int:
    return int(books.query("select count(*) from mart.campaign_break where day = $day", day=on(day))[0][0])
