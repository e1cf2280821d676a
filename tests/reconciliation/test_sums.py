"""Whatever the rows: each is in exactly one item and class, sums meet what landed, and no night changes a result."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reconciliation.conftest import (
    START,
    Books,
    Row,
    grant,
    new_books,
    on,
    posted,
    refunded,
    stated,
)
from tests.reconciliation.plain import Plan, classes

LAST = 12
DAYS = st.integers(0, LAST - 1)
AMOUNTS = st.sampled_from([400, 600, 1000])
CAMPAIGNS = st.sampled_from(["C1", "C2", None])
GRANT_IDS, STATEMENT_IDS = [f"g{n}" for n in range(5)], [f"s{n}" for n in range(8)]
LANDED = """
    select 'grant', sum(sign), sum(sign * amount_fen) from landed.reward_grant where known_day <= $day
    union all select 'statement', sum(sign), sum(sign * amount_fen) from landed.reward_statement where known_day <= $day
    union all select 'ledger', sum(sign), sum(sign * amount_fen) from landed.reward_ledger where known_day <= $day
"""
CLASSED = """
    select 'grant', sum(grant_rows), sum(grant_fen) from mart.campaign_reconciliation where day = $day
    union all
    select 'statement', sum(statement_rows), sum(statement_fen) from mart.campaign_reconciliation where day = $day
    union all
    select 'ledger', sum(ledger_rows), sum(ledger_fen) from mart.campaign_reconciliation where day = $day
"""


@st.composite
def grants(draw: st.DrawFn, grant_id: str) -> Row:
    return grant(
        grant_id, draw(DAYS), draw(AMOUNTS), customer_key=draw(st.integers(1, 3)),
        campaign_id=draw(st.sampled_from(["C1", "C2"])),
    )  # fmt: skip


@st.composite
def statements(draw: st.DrawFn, statement_id: str) -> Row:
    make = draw(st.sampled_from([stated, refunded]))
    named = draw(st.sampled_from([*GRANT_IDS, "unknown", None]))
    return make(statement_id, named, draw(DAYS), draw(AMOUNTS), campaign_id=draw(CAMPAIGNS))


@st.composite
def postings(draw: st.DrawFn, entry_id: str) -> Row:
    named = draw(st.sampled_from([*STATEMENT_IDS, "unknown", None]))
    amount = draw(AMOUNTS) * draw(st.sampled_from([1, 1, -1]))
    return posted(entry_id, named, draw(DAYS), amount, campaign_id=draw(CAMPAIGNS))


@st.composite
def mixtures(draw: st.DrawFn) -> list[tuple[Row, Row | None, int, int]]:
    """Rows, each with the version that replaces it or None, the day it is known and the day it is corrected."""
    kinds = [
        (grants, "g", GRANT_IDS),
        (statements, "s", STATEMENT_IDS),
        (postings, "p", [f"p{n}" for n in range(8)]),
    ]
    found = []
    for make, _, ids in kinds:
        for row_id in draw(st.lists(st.sampled_from(ids), unique=True)):
            row = draw(make(row_id))
            other = draw(st.none() | make(row_id))
            known = draw(DAYS)
            found.append((row, other, known, known + draw(st.integers(0, 4))))
    return found  # fmt: skip


def land(books: Books, mixture: list[tuple[Row, Row | None, int, int]]) -> None:
    books.campaign("C1", {1: "treatment", 2: "control"}, {"R10": 2}, budget_fen=2500, to_day=on(8))
    books.campaign("C2", frozen_on=on(4))
    for row, other, known, corrected in mixture:
        books.land([row], known=known)
        if other:
            books.correct(row, other, known=corrected)


def results(books: Books) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    return (
        books.query("select * from mart.campaign_reconciliation order by all"),
        books.query("select * from mart.campaign_break order by all"),
    )


@settings(max_examples=25)
@given(mixtures())
def test_each_row_is_in_one_class_and_sums_meet_what_landed(
    mixture: list[tuple[Row, Row | None, int, int]],
) -> None:
    with new_books() as connection:
        books = Books(connection)
        land(books, mixture)
        books.reconcile(LAST, anew=True)
        sides = books.query("select count(*), count(distinct row_id) from temp.main.reward_row group by side")
        assert all(rows == distinct for rows, distinct in sides)
        assert _known(books, CLASSED) == _known(books, LANDED)


@settings(max_examples=30)
@given(mixtures())
def test_classes_are_those_that_a_plain_telling_gives(
    mixture: list[tuple[Row, Row | None, int, int]],
) -> None:
    rows = [row for row, *_ in mixture]
    with new_books() as connection:
        books = Books(connection)
        land(books, [(row, None, 0, 0) for row in rows])
        books.reconcile(LAST)
        found = books.query(
            "select side, row_id, class from temp.main.reward_row "
            "inner join temp.main.reward_item using (item_kind, item_id)"
        )
    plans = {
        "C1": Plan(on(0), on(8), 2500, {"R10": 2}, {1: "treatment", 2: "control"}),
        "C2": Plan(on(0), on(30)),
    }
    assert {(side, row_id): name for side, row_id, name in found} == classes(rows, plans, on(LAST))


@settings(max_examples=20)
@given(mixtures(), st.lists(st.integers(0, LAST), unique=True, min_size=1))
def test_carried_on_from_night_to_night_as_if_counted_anew(
    mixture: list[tuple[Row, Row | None, int, int]], days: list[int]
) -> None:
    with new_books() as connection:
        books = Books(connection)
        land(books, mixture)
        for day in days:
            books.reconcile(day)
        carried = results(books)
        books.reconcile(*days, anew=True)
        assert carried == results(books)


def _known(books: Books, query: str) -> list[tuple[object, ...]]:
    found = books.query(query, day=START + timedelta(days=LAST))
    return [(side, int(rows or 0), int(fen or 0)) for side, rows, fen in found]
