"""One posting of several redemptions, several of one: suggested where sums agree, one item once a user confirms."""

from typing import Any

import pytest

from mofang_pipeline.reconciliation.facts import Match
from tests.reconciliation.conftest import Books, Row, grant, on, posted, stated

TWO = [grant("a", 0), grant("b", 1), stated("s", "a", 2), stated("t", "b", 2, hour=1)]
OTHER = [grant("z", customer_key=2), stated("y", "z", 2, hour=2)]  # lacks a posting too
BEYOND = [*TWO, posted("p", "s", 2, 2000)]
ASTRAY = [*TWO, *OTHER, posted("p", "sum of the day", 2, 2000)]
IN_PARTS = [TWO[0], TWO[2], posted("p", "x", 2, 400), posted("q", "x", 2, 600)]
SHORT = [TWO[0], TWO[2], posted("o", "s", 2, 700), posted("p", None, 2, 300)]


def suggested(books: Books, day: int) -> dict[str, Any]:
    rows = books.query(
        "select match_id, shape, side, reward_id from mart.match_suggestion where day = $day order by all",
        day=on(day),
    )
    return {
        match_id: (shape, "".join(row for m, _, _, row in rows if m == match_id))
        for match_id, shape, *_ in rows
    }


CASES = [
    (BEYOND, {"P-s": ("N-1", "abpst")}),
    (ASTRAY, {"P-sum of the day": ("N-1", "abpst")}),
    (IN_PARTS, {"P-x": ("1-N", "apqs")}),
    (SHORT, {"P-p": ("1-N", "aps")}),
]


@pytest.mark.parametrize(("rows", "expected"), CASES, ids=["beyond", "astray", "in parts", "short"])
def test_suggested(books: Books, rows: list[Row], expected: dict[str, Any]) -> None:
    books.land(rows)
    books.reconcile(2)
    assert suggested(books, 2) == expected


@pytest.mark.parametrize("rows", [rows for rows, _ in CASES], ids=["beyond", "astray", "in parts", "short"])
def test_confirmed_it_is_one_item_that_matches(books: Books, rows: list[Row]) -> None:
    books.land(rows)
    books.reconcile(2)
    [match_id] = suggested(books, 2)
    sides = {
        side: tuple(row[0] for row in books.query(
            "select reward_id from mart.match_suggestion where side = $side order by all", side=side
        ))
        for side in ("grant", "statement", "ledger")
    }  # fmt: skip
    books.matches.append(Match(match_id, "C1", on(3), sides["grant"], sides["statement"], sides["ledger"]))
    books.reconcile(3)
    found = {row: class_ for row, class_ in books.classes(3).items() if row not in "zy"}
    assert (set(found.values()), suggested(books, 3)) == ({"matched"}, {})


@pytest.mark.parametrize(
    "more",
    [
        [
            grant("c", 0, customer_key=3),
            grant("d", 0, customer_key=3),
            stated("u", "c", 1),
            stated("v", "d", 1),
        ],
        [posted("q", None, 2, 2000)],
        [{**TWO[1], "grant_id": "e", "customer_key": 4, "amount_fen": 2000}, stated("w", "e", 2, 2000)],
    ],
    ids=["two customers lack it", "two postings of it", "one lacks it at once"],
)
def test_not_suggested_where_it_is_not_the_only_one(books: Books, more: list[Row]) -> None:
    books.land([*ASTRAY, *more])
    books.reconcile(2)
    assert suggested(books, 2) == {}


def test_of_another_campaign_it_is_not_suggested(books: Books) -> None:
    books.land([*TWO, posted("p", None, 2, 2000, campaign_id="C2")])
    books.reconcile(2)
    assert suggested(books, 2) == {}


def test_confirmed_and_corrected_it_is_a_break_again(books: Books) -> None:
    books.land(ASTRAY)
    books.matches.append(Match("P", "C1", on(2), ("a", "b"), ("s", "t"), ("p",)))
    books.correct(ASTRAY[-1], posted("p", "sum of the day", 2, 1900), known=3)
    books.reconcile(2, 3)
    found = books.query(
        "select day, class, difference_fen from mart.campaign_break where item_id = 'P' order by day"
    )
    assert found == [(on(3), "amount_difference", 100)]


def test_the_same_carried_on_and_counted_anew(books: Books) -> None:
    books.land([*ASTRAY, grant("g", campaign_id="C2"), stated("h", "g", campaign_id="C2")])
    books.reconcile(2)
    books.matches.append(Match("P", "C1", on(3), ("a", "b"), ("s", "t"), ("p",)))
    books.reconcile(3)
    query = "select * from mart.campaign_reconciliation where day = $day order by all"
    carried = books.query(query, day=on(3))
    books.reconcile(3, anew=True)
    assert books.query(query, day=on(3)) == carried
