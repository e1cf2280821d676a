"""The first wall: whatever statement a branch's user gets to the connection shows nothing of other organisations."""

import pytest

from tests.superset.attacks import ATTACKS, ask, marks_of_others

FIRST, LAST = "2026-11-15", "2026-11-19"
BRANCHES = {  # organisation -> (role, what lies below it by its code, another one)
    "540000": ("branch_analyst", "54", "530000"),
    "530000": ("branch_approver", "53", "540000"),
    "530100": ("branch_analyst", "5301", "540000"),
    "510000": ("postal", "51", "540000"),
}


@pytest.fixture(scope="module")
def answers(scratch):
    asked = [
        (org, name, role, fill(sql, scratch, other))
        for org, (role, _, other) in BRANCHES.items()
        for name, sql in (ATTACKS["may_run"] | ATTACKS["refused"]).items()
    ]
    found = ask(scratch, [(role, org, sql) for org, _, role, sql in asked])
    return {(org, name): answer for (org, name, _, _), answer in zip(asked, found, strict=True)}


def fill(sql, home, other):
    marks = {"{first}": FIRST, "{last}": LAST, "{other}": other, "{lake}": str(home.lake)}
    for mark, value in marks.items():
        sql = sql.replace(mark, value)
    return sql


@pytest.mark.parametrize("org", BRANCHES)
def test_nothing_of_others_is_shown(org, answers, scratch):
    own = BRANCHES[org][1]
    shown = {
        value
        for (asked, _), answer in answers.items()
        if asked == org
        for row in answer.get("rows", [])
        for value in row
    }
    assert sorted(marks_of_others(scratch, own) & shown) == []


@pytest.mark.parametrize("org", BRANCHES)
def test_what_reaches_beyond_is_refused(org, answers):
    refused = {
        name for (asked, name), answer in answers.items()
        if asked == org and answer.get("error") == "RefusedStatementError"
    }  # fmt: skip
    assert refused == set(ATTACKS["refused"])


@pytest.mark.parametrize(
    "org", ["540000", "530000", "510000"]
)  # of a city with eight customers no flow is shown
def test_the_dashboards_statements_show_rows(org, answers):
    own = [name for name in ATTACKS["may_run"] if name.startswith("own ")]
    assert [name for name in own if not answers[org, name].get("rows")] == []
