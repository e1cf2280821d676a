"""Late and corrected files: they move their own items, on the days from which they are known, and no others."""

from datetime import date

import pytest

from mofang_pipeline.reconciliation.daily import days_to_reconcile
from tests.reconciliation.conftest import Books, grant, on, posted, refunded, stated

SETTLED = [
    grant("g"), stated("s", "g"), posted("p", "s"),
    grant("h", campaign_id="C2"), stated("t", "h", 0, 900, campaign_id="C2"),
    posted("q", "t", 0, 900, campaign_id="C2"),
]  # fmt: skip


@pytest.fixture
def settled(books: Books) -> Books:
    books.land(SETTLED)
    books.reconcile(1)
    return books


def breaks(books: Books, day: int) -> list[tuple[str, str, str, int]]:
    return books.query(
        "select campaign, class, item_id, age_days from mart.campaign_break where day = $day order by all",
        day=on(day),
    )  # type: ignore[return-value]


def scope(books: Books) -> set[str]:
    return {row[0] for row in books.query("select campaign from temp.main.campaign_scope")}


def test_where_nothing_came_only_ages_grow(settled: Books) -> None:
    settled.reconcile(5)
    assert (scope(settled), breaks(settled, 5)) == (set(), [("C2", "amount_difference", "h", 5)])


def test_a_new_row_counts_its_own_campaign_anew(settled: Books) -> None:
    settled.land([refunded("r", "g", 2)])
    settled.reconcile(2)
    assert scope(settled) == {"C1"}


def test_timing_clears_itself_when_the_other_side_comes(books: Books) -> None:
    books.land([*SETTLED, grant("k"), stated("u", "k", 0)])
    books.reconcile(1)
    books.land([posted("o", "u", 2)])
    books.reconcile(2)
    young = ("C1", "timing", "k", 1)
    difference = "C2", "amount_difference", "h"
    assert (breaks(books, 1), breaks(books, 2)) == ([young, (*difference, 1)], [(*difference, 2)])


def test_timing_grows_old_without_any_new_row(books: Books) -> None:
    books.land([*SETTLED, grant("k"), stated("u", "k", 1)])
    books.reconcile(1)
    books.reconcile(5)
    assert breaks(books, 5)[0] == ("C1", "missing_ledger", "k", 4)


def test_a_late_grant_takes_in_what_named_it(books: Books) -> None:
    late = grant("late", 1, campaign_id="C2")
    books.land([*SETTLED, stated("x", "late", 1), posted("y", "x", 1)])
    books.reconcile(1, 2)
    books.land([late], known=3)
    books.reconcile(3)
    assert [
        breaks(books, 2),
        breaks(books, 3),
        scope(books),
        [books.classes(3)[row] for row in ("late", "x", "y")],
    ] == [
        [("C1", "ungranted", "x", 1), ("C2", "amount_difference", "h", 2)],
        [("C2", "amount_difference", "h", 3)],
        {"C1", "C2"},
        ["matched"] * 3,
    ]


def test_a_correction_counts_from_the_day_on_which_it_is_known(settled: Books) -> None:
    settled.correct(SETTLED[4], stated("t", "h", campaign_id="C2"), known=3)
    settled.correct(SETTLED[5], posted("q", "t", campaign_id="C2"), known=3)
    settled.reconcile(2, 3)
    assert (breaks(settled, 2), breaks(settled, 3)) == ([("C2", "amount_difference", "h", 2)], [])


def test_any_order_of_days_gives_the_same_rows(books: Books) -> None:
    books.land(SETTLED)
    books.correct(SETTLED[1], stated("s", "g", 0, 500), known=3)
    query = "select * from mart.campaign_break order by all"
    books.reconcile(0, 1, 2, 3, 4)
    at_once = books.query(query)
    for day in (3, 0, 4, 2, 1):
        books.reconcile(day)
    assert books.query(query) == at_once


def test_a_campaign_defined_anew_is_counted_anew(settled: Books) -> None:
    settled.campaign("C1", {9: "treatment"})
    settled.reconcile(2)
    assert (scope(settled), breaks(settled, 2)[0]) == ({"C1"}, ("C1", "not_in_audience", "g", 2))


@pytest.mark.parametrize(("known", "expected"), [(1, [1, 2, 3]), (2, [2, 3]), (9, [3])])
def test_a_late_load_restates_the_days_it_belongs_to(books: Books, known: int, expected: list[int]) -> None:
    books.land(SETTLED)
    books.reconcile(0, 1, 2)
    books.land([stated("late", "g", 0)], known=known)
    assert days_to_reconcile(books.connection, on(3), on(3), restatement_days=3) == [on(n) for n in expected]


def test_a_day_that_does_not_know_a_load_is_no_base(books: Books) -> None:
    books.land(SETTLED)
    books.reconcile(0, 1)
    books.land([stated("late", "g", 0, hour=1)], known=1)
    books.reconcile(2)
    assert breaks(books, 2)[0] == ("C1", "duplicate", "late", 2)


def test_dates_are_days(settled: Books) -> None:
    assert settled.query("select distinct day, since from mart.campaign_break") == [(on(1), date(2026, 3, 1))]
