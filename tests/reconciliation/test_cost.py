"""What a campaign's rewards cost, and what they may cost beyond, by what was decided about its breaks."""

import pytest

from mofang_pipeline.published import statement
from tests.reconciliation.conftest import Books, grant, on, posted, refunded, stated

ROWS = [
    grant("a"), stated("s", "a"), posted("p", "s"),
    grant("b"), stated("t", "b", fen=1300), posted("q", "t", fen=1300),
    grant("c"), stated("u", "c"), refunded("v", "c", fen=400, hour=1), posted("x", "u"), posted("y", "v", fen=-400),
]  # fmt: skip


def decide(books: Books, item: str, difference: int, resolution: str | None) -> None:
    books.connection.execute(
        "insert into mart.break_decision by name select 'C1' as campaign, 'amount_difference' as class, "
        "'grant' as item_kind, ? as item_id, ? as difference_fen, ? as resolution, ? as valid_from",
        [item, difference, resolution, on(0)],
    )


@pytest.mark.parametrize(
    ("of_b", "of_c", "expected"),
    [
        (None, None, (1000, 1300 + 600)),
        ("accepted", None, (1000 + 1300, 600)),
        ("awaiting_correction", "written_off", (1000 + 600, 1300)),
        ("claimed", "claimed", (1000, 0)),
    ],
)
def test_cost(books: Books, of_b: str | None, of_c: str | None, expected: tuple[int, int]) -> None:
    books.land(ROWS)
    books.reconcile(0)
    decide(books, "b", 300, of_b)
    decide(books, "c", 600, of_c)
    found = books.query(statement("campaigns/reconciled"), campaign="C1", as_of=on(0))
    assert found == [expected]
