"""A reader who knows all that is shown cannot tell what a hidden count is: no fewer than `threshold` values fit."""

from collections import defaultdict

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from mofang_pipeline.small_cells import GROUND, Cell, suppress, tree, trees

THRESHOLD = 5
COUNTS = st.one_of(st.integers(0, 4), st.integers(0, 40))
PARENTS = {"root": None, "a": "root", "b": "root", "a1": "a", "a2": "a", "a3": "a", "b1": "b", "b2": "b"}
LEAVES = ("a1", "a2", "a3", "b1", "b2")


def with_sums(leaves: dict[str, int]) -> dict[str, int]:
    a, b = (sum(count for leaf, count in leaves.items() if PARENTS[leaf] == node) for node in "ab")
    return {"root": a + b, "a": a, "b": b, **leaves}


def matrix(counts: dict[tuple[str, str], int]) -> list[Cell]:
    """Counts by row and column; every total is known and so is no cell."""
    return [Cell(key, ("row", key[0]), ("column", key[1]), count) for key, count in counts.items()]


def width(cells: list[Cell], hidden: frozenset, asked: Cell) -> float:
    """How far apart the least and the greatest value are that fit all that is shown (a reader with a solver)."""
    unknown = [cell for cell in cells if cell.key in hidden or not cell.seen]
    sums: dict[object, dict[str, object]] = defaultdict(lambda: {"row": np.zeros(len(unknown)), "is": 0})
    for cell in cells:
        for place, sign in ((cell.tail, -1), (cell.head, 1)):
            if place == GROUND:
                continue
            if cell in unknown:
                sums[place]["row"][unknown.index(cell)] += sign
            sums[place]["is"] += sign * cell.count * (cell in unknown)
    rows = [each["row"] for each in sums.values()] or [np.zeros(len(unknown))]
    totals = [each["is"] for each in sums.values()] or [0]
    aim = np.array([1.0 if cell == asked else 0.0 for cell in unknown])
    ends = [
        linprog(sign * aim, A_eq=rows, b_eq=totals, bounds=[(cell.least, 10_000) for cell in unknown])
        for sign in (1, -1)
    ]
    assert all(end.success for end in ends)
    return -ends[1].fun - ends[0].fun


def assert_protected(cells: list[Cell]) -> None:
    hidden = suppress(cells, THRESHOLD)
    assert {cell.key for cell in cells if 0 < cell.count < THRESHOLD and cell.seen} <= hidden
    narrow = {cell.key for cell in cells if cell.key in hidden and width(cells, hidden, cell) < THRESHOLD - 1}
    assert narrow == set()


def test_a_small_leaf_takes_its_smallest_sibling_with_it():
    counts = with_sums({"a1": 3, "a2": 20, "a3": 50, "b1": 30, "b2": 40})
    assert suppress(tree(counts, PARENTS), THRESHOLD) == {"a1", "a2"}


def test_nothing_small_nothing_hidden():
    counts = with_sums(dict.fromkeys(LEAVES, 9))
    assert suppress(tree(counts, PARENTS), THRESHOLD) == frozenset()


def test_a_zero_is_shown():
    counts = with_sums({"a1": 0, "a2": 20, "a3": 50, "b1": 30, "b2": 40})
    assert suppress(tree(counts, PARENTS), THRESHOLD) == frozenset()


def test_where_all_siblings_are_small_their_sum_goes_too():
    counts = with_sums({"a1": 2, "a2": 2, "a3": 2, "b1": 30, "b2": 40})
    assert suppress(tree(counts, PARENTS), THRESHOLD) == {"a1", "a2", "a3", "a", "b", "b1"}


def test_a_small_cell_of_a_matrix_takes_a_rectangle_with_it():
    counts = {(row, column): 10 for row in "xyz" for column in "pqr"} | {("x", "p"): 1}
    assert len(suppress(matrix(counts), THRESHOLD)) == 4


def test_one_citys_hidden_node_is_not_its_provinces_less_the_other_cities():
    leaves = {
        "C1": {"a1": 2, "a2": 20, "a3": 9, "b1": 9, "b2": 9},
        "C2": {"a1": 50, "a2": 60, "a3": 9, "b1": 9, "b2": 9},
        "C3": {"a1": 30, "a2": 40, "a3": 9, "b1": 9, "b2": 9},
    }
    hidden = suppress(province(leaves), THRESHOLD)
    assert sorted(hidden) == [("C1", "a1"), ("C1", "a3"), ("C3", "a1"), ("C3", "a3")]


def province(leaves: dict[str, dict[str, int]], rest: int = 0) -> list[Cell]:
    whole = {leaf: sum(city[leaf] for city in leaves.values()) + rest for leaf in LEAVES}
    counts = {
        (org, node): count
        for org, cells in {"P": whole, **leaves}.items()
        for node, count in with_sums(cells).items()
    }
    return trees("P", counts, {(org, node): PARENTS[node] for org, node in counts})


TREES = st.fixed_dictionaries(dict.fromkeys(LEAVES, COUNTS))


@settings(max_examples=25)
@given(TREES)
def test_no_hidden_node_of_a_tree_can_be_told(leaves):
    assert_protected(tree(with_sums(leaves), PARENTS))


@settings(max_examples=12)
@given(st.fixed_dictionaries({(row, column): COUNTS for row in "xyz" for column in "pqr"}))
def test_no_hidden_cell_of_a_matrix_with_room_can_be_told(counts):
    # A grand total known to be small leaves no room; a row and a column of plenty do.
    counts |= {(row, "s"): 60 for row in "wxyz"} | {("w", column): 60 for column in "pqr"}
    assert_protected(matrix(counts))


@settings(max_examples=12)
@given(st.fixed_dictionaries(dict.fromkeys(("C1", "C2", "C3"), TREES)), st.integers(0, 7))
def test_no_hidden_node_of_a_city_can_be_told_from_its_province(leaves, rest):
    assert_protected(province(leaves, rest))
