"""Three levels: values written out that are head office's anyway, and a locked parameter, change no customer's leaf."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mofang_pipeline.rulebook import Rulebook, parameter_rows, read_rulebook, resolved
from mofang_pipeline.rulebook.history import Change, stated, with_changes, with_values
from mofang_pipeline.rulebook.model import Override
from tests.rulebook.rulebook_cases import DAY, REAL, bound, customer, paying, segments

BOOK = read_rulebook(REAL)
HEAD = BOOK.head_office.org_code
PLAIN = with_values(BOOK, {key: value for key, value in stated(BOOK).items() if key[0] == HEAD})
PLACES = [("110000", "110101"), ("440000", "440300"), ("440000", None), ("540000", None)]
OPEN = {
    level: [name for name, each in BOOK.tree.parameters.items() if each.set_by in allowed]
    for level, allowed in (("tier1", ("tier1", "tier2")), ("tier2", ("tier2",)))
}


def told_again(chosen: set[tuple[str, str]]) -> Rulebook:
    """Head office's values written out once more by these organisations, as their own."""
    defaults = BOOK.tree.parameters
    return with_changes(PLAIN, [Change(code, name, defaults[name].default) for code, name in sorted(chosen)])


own = st.sets(
    st.one_of(
        st.tuples(st.sampled_from(["110000", "440000", "540000"]), st.sampled_from(OPEN["tier1"])),
        st.tuples(st.sampled_from(["110101", "440300"]), st.sampled_from(OPEN["tier2"])),
    ),
    min_size=1,
)
days = st.sampled_from([0, 6, 7, 29, 30, 31, 44, 45, 89, 90, 91, 180, 181, 365, 366, 800])
people = st.lists(
    st.builds(
        lambda kind, place, recency, age, aum, count: (
            kind(recency)
            | {"province": place[0], "city": place[1], "age": age, "aum_fen": aum, "pay_cnt_30d": count}
        ),
        kind=st.sampled_from([paying, lambda _: bound(), lambda _: customer()]),
        place=st.sampled_from(PLACES),
        recency=days,
        age=st.sampled_from([None, 15, 16, 59, 60, 64, 65, 80]),
        aum=st.sampled_from([None, 0, 99_999, 100_000, 4_999_999, 5_000_000, 20_000_000]),
        count=st.sampled_from([0, 2, 3, 9, 10, 29, 30, 44, 45]),
    ),
    min_size=20,
    max_size=40,
)


@settings(max_examples=10)
@given(own, people)
def test_values_equal_to_head_offices_give_head_offices_leaves(
    chosen: set[tuple[str, str]], found: list[dict[str, object]]
) -> None:
    assert segments(told_again(chosen), found) == segments(PLAIN, found)


def test_a_locked_parameter_is_head_offices_value_everywhere() -> None:
    parameters = BOOK.tree.parameters
    locked = {**parameters, "active_days": replace(parameters["active_days"], locked=True)}
    book = replace(BOOK, tree=replace(BOOK.tree, parameters=locked))
    assert {row["active_days"] for row in parameter_rows(book, DAY, DAY)} == {30}


@pytest.mark.parametrize("org_code", ["540000", "540100"])
def test_inheriting_again_ends_an_own_value(org_code: str) -> None:
    book = with_changes(BOOK, [Change("540000", "active_days", None, date(2026, 5, 1))])
    found = [
        resolved(book, day)[org_code]["active_days"].value for day in (date(2026, 4, 30), date(2026, 5, 1))
    ]
    assert found == [60, 30]


def test_a_value_of_none_in_a_file_is_written_inherit() -> None:
    book = with_changes(BOOK, [Change("540000", "n_high", None, date(2026, 5, 1))])
    assert book.branch("540000").values["n_high"] == (Override(12), Override(None, date(2026, 5, 1)))
