"""Breaks of every class, planted among thousands: all found, none invented; the full size is in benchmarks."""

from benchmarks.reconciliation import measure
from tests.reconciliation.conftest import new_books


def test_all_are_found_none_is_invented_and_late_files_move_their_own() -> None:
    with new_books() as connection:
        outcome = measure(connection, grants=4_000)
    assert outcome.holds, outcome
