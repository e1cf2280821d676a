"""The first wall: whatever statement a branch's user gets to the connection shows nothing of other organisations."""

from contextlib import closing

import pytest

from mofang_pipeline import lake
from tests.superset.attacks import ATTACKS, ask

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


@pytest.fixture(scope="module")
def marks(scratch):
    """Organisation -> texts that tell of it and of nobody else: codes, names, and sums of money."""
    with closing(lake.connect(scratch, read_only=True)) as connection:
        rows = connection.execute(
            "select org_code, [org_code, name_zh, name_en] from lake.mart.organisation where level <> 'hq' "
            "union all select org_code, [aum_fen_sum::varchar, age_sum::varchar] "
            "from lake.mart.segment_profile_daily where org_level <> 'hq' and aum_fen_sum > 100000000"
        ).fetchall()
        rows += [("530000", ["B7_CROP", "涉农代发未绑", "Crop payroll"])]
    return rows


@pytest.mark.parametrize("org", BRANCHES)
def test_nothing_of_others_is_shown(org, answers, marks):
    own = BRANCHES[org][1]
    shown = {
        value
        for (asked, _), answer in answers.items()
        if asked == org
        for row in answer.get("rows", [])
        for value in row
    }
    mine = {
        text for code, texts in marks if code.startswith(own) or own.startswith(code[:2]) for text in texts
    }
    others = {text for code, texts in marks for text in texts} - mine
    assert sorted(others & shown) == []


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
