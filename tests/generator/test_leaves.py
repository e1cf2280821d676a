"""Every leaf of head office's tree has customers on any day, and customers move between them."""

from datetime import date
from pathlib import Path

import duckdb
import pytest

LEAF = Path(__file__).with_name("leaf.sql").read_text(encoding="utf-8")
LEAVES = [
    "X1", "A1", "A2",
    "B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8", "C1", "C2", "C3",
    "D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8", "D9", "D10", "D11", "D12",
    "E1", "E2", "E3", "F1", "F2", "G1", "G2", "G3",
]  # fmt: skip


@pytest.fixture(scope="module")
def moves(landed: duckdb.DuckDBPyConnection) -> list[tuple[str | None, str | None, int]]:
    """Customers per leaf on 2025-01-04 and leaf on 2025-02-03."""
    landed.execute(f"create table leaf_before as {LEAF}", {"day": date(2025, 1, 4)})
    landed.execute(f"create table leaf_after as {LEAF}", {"day": date(2025, 2, 3)})
    return landed.execute("""
        select leaf_before.leaf, leaf_after.leaf, count(*)
        from leaf_before full join leaf_after using (customer_id) group by all
    """).fetchall()


@pytest.mark.parametrize("leaf", LEAVES)
def test_leaf_is_reached(moves: list[tuple[str, str, int]], leaf: str) -> None:
    assert sum(customers for _, after, customers in moves if after == leaf) >= 5


def test_there_is_no_other_leaf(moves: list[tuple[str, str, int]]) -> None:
    assert {after for _, after, _ in moves} - {None} == set(LEAVES)


def test_leaves_are_also_left(moves: list[tuple[str, str, int]]) -> None:
    left = {before for before, after, _ in moves if before != after}
    assert left >= set(LEAVES) - {"G1"}  # too early in the year for a customer to come back from it
