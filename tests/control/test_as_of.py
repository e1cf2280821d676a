"""Which value applied, on which day, as known when: the fold and the one query against a plain telling."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from mofang_pipeline import published
from mofang_pipeline.rulebook import resolved
from mofang_pipeline.rulebook.history import Change, standing, stated, with_values
from mofang_pipeline.rulebook.texts import rulebook_of
from tests.rulebook.rulebook_cases import SMALL

BOOK = rulebook_of(SMALL)
LINEAGE = {"C1": ("C1", "P1", "HQ"), "P1": ("P1", "HQ"), "P2": ("P2", "HQ"), "HQ": ("HQ",)}
DAYS = [date(2026, 3, day) for day in (1, 2, 3, 4)]
BEGAN = datetime(2026, 1, 1)
DEFAULTS = [Change(code, name, value, day) for (code, name, day), value in stated(BOOK).items()]


@dataclass(frozen=True)
class Case:
    changes: list[Change]
    known: int
    org_code: str
    day: date


change = st.builds(
    Change,
    org_code=st.sampled_from(["HQ", "P1", "C1"]),
    parameter=st.sampled_from(["window", "limit"]),
    value=st.sampled_from([None, 41, 42, 43, 44]),
    effective_from=st.sampled_from([None, *DAYS[:3]]),
    withdrawn=st.booleans(),
).filter(lambda each: not (each.org_code == "HQ" and (each.withdrawn or each.value is None)))
case = st.builds(
    Case,
    st.lists(change, max_size=12),
    st.integers(0, 12),
    st.sampled_from(list(LINEAGE)),
    st.sampled_from(DAYS),
)


def told(case: Case) -> dict[str, tuple[Any, str]]:
    """Parameter -> value and whose it is, looked up as a person with the list would."""
    known = DEFAULTS + case.changes[: case.known]
    found = {}
    for parameter in BOOK.tree.parameters:
        for org_code in LINEAGE[case.org_code]:
            value = own(known, org_code, parameter, case.day)
            if value is not None:
                found[parameter] = (value, org_code)
                break
    return found


def own(known: list[Change], org_code: str, parameter: str, day: date) -> Any:
    for start in [*sorted((each for each in DAYS if each <= day), reverse=True), None]:
        same = [each for each in known if each.key == (org_code, parameter, start)]
        if same and not same[-1].withdrawn:
            return same[-1].value
    return None


@settings(max_examples=150)
@given(case)
def test_the_fold_gives_what_a_person_would_find(case: Case) -> None:
    book = with_values(BOOK, standing(DEFAULTS + case.changes[: case.known]))
    values = resolved(book, case.day)[case.org_code]
    scale = {name: 100 if each.type == "money" else 1 for name, each in BOOK.tree.parameters.items()}
    expected = {name: (value * scale[name], code) for name, (value, code) in told(case).items()}
    assert {name: (each.value, each.org_code) for name, each in values.items()} == expected


@settings(max_examples=40)
@given(case)
def test_the_one_query_gives_what_a_person_would_find(case: Case) -> None:
    rows = query(case)
    expected = {name: (str(value), code) for name, (value, code) in told(case).items()}
    assert {row[0]: (row[1], row[3]) for row in rows} == expected


def query(case: Case) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        connection.execute("create schema mart; create schema int; use mart")
        for statement in ("tables/core", "tables/rules"):
            connection.execute(published.statement(statement))
        published.write_organisations(connection, BOOK)
        rows = [row(each, 0) for each in DEFAULTS]
        rows += [row(each, place) for place, each in enumerate(case.changes, start=1)]
        published.insert_rows(connection, "mart.parameter_change", rows)
        values = {"org": case.org_code, "day": case.day, "known_at": BEGAN + timedelta(hours=case.known)}
        return connection.execute(published.statement("parameter_as_of"), values).fetchall()


def row(change: Change, seq: int) -> tuple[Any, ...]:
    value = None if change.withdrawn else "inherit" if change.value is None else str(change.value)
    known = BEGAN + timedelta(hours=seq)
    place = (change.org_code, change.parameter, value, change.effective_from, change.withdrawn)
    return (seq, seq, "approved", *place, known, known, "maker", "checker", "why")
