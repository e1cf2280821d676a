"""`members` texts: what they mean, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofang_pipeline.refusals import Refused
from mofang_pipeline.segment_sets.algebra import Joined, Name, Not, Term, names_in, parse_members

NAMES = st.sampled_from(["F1", "G2", "B5_HA-URBAN", "a.b", "dormant"]).map(Name)
TERMS: st.SearchStrategy[Term] = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=12,
)


def written(term: Term) -> str:
    match term:
        case Name(name=name):
            return name
        case Not(part=part):
            return f"not ({written(part)})"
        case Joined(operation=operation, parts=parts):
            return "(" + f" {operation} ".join(written(part) for part in parts) + ")"


@given(TERMS)
def test_what_is_written_is_read(term: Term) -> None:
    assert parse_members(written(term)) == term


def test_and_binds_closer_than_or() -> None:
    expected = Joined("or", (Name("A"), Joined("and", (Name("B"), Not(Name("C"))))))
    assert parse_members("A or B and not C") == expected


def test_names_once_in_order() -> None:
    assert names_in(parse_members("B and (A or not B)")) == ("B", "A")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "A or",
        "(A",
        "A)",
        "A B",
        "A; drop table x",
        "A or 'B'",
        "1A",
        "A -- x",
        "and A",
        "A = B",
        "(" * 40 + "A",
        "全部",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="members"):
        parse_members(text)
