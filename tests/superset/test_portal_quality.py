"""The quality page: days by state, refused files and rows, failed checks; a branch sees no reason and no count."""

import pytest

from mofang_pipeline import lake
from tests.superset.portal_client import Portal

DAY = "2026-11-19"

TROUBLE = """
    insert into mart.landing_file by name
    select
        'payment' as "table", 'part-1.csv' as file, day as dt, status, reason, rows as rows_in, rows as rows_loaded,
        refused as rows_quarantined, 0 as rows_duplicate, load_id
    from (
        values
        (date '2026-11-17', 'blocked', 'is blocked by its control sidecar', 0, 0, 1),
        (date '2026-11-17', 'loaded', null, 10, 0, 2),
        (date '2026-11-19', 'loaded', null, 7, 2, 3)
    ) as landed (day, status, reason, rows, refused, load_id);

    insert into mart.quarantine
    select 'payment', 'part-1.csv', date '2026-11-19', place, 'amount_fen', 'is empty: a value is required', 'secret', 3
    from range(2) as refused (place);

    insert into mart.data_quality_result values
    ('2026-11-19', 'segment_membership', 'one_leaf', 'critical', false, 3, '3 row(s), first 530100/7: two leaves'),
    ('2026-11-19', 'customer_wide', 'row_count', 'warning', true, 0, null);

    update mart.day_status set blocked = true where day = date '2026-11-19' and province = '530000';
    insert into landed.touch values
    (2, 'payment', '2026-11-18', '2026-11-18', 5), (1, 'payment', '2026-11-17', '2026-11-16', 1);

    update int.computed_day set load_id = 2 where day = date '2026-11-19';

    update mart.day_status set stale = true where day in ('2026-11-16', '2026-11-18') and province = '540000'
"""


MENDED = """
    delete from mart.landing_file where "table" = 'payment' and file = 'part-1.csv';
    delete from mart.quarantine where file = 'part-1.csv';
    delete from mart.data_quality_result where day = date '2026-11-19' and check_name in ('one_leaf', 'row_count');
    update mart.day_status set blocked = false, stale = false;
    delete from landed.touch where table_name = 'payment';
    update int.computed_day set load_id = 1
"""


def run(home, statements):
    with lake.writer(home) as connection:
        for statement in statements.split(";"):
            connection.execute(statement)


@pytest.fixture(scope="module")
def trouble(scratch):
    run(scratch, TROUBLE)
    yield
    run(scratch, MENDED)


@pytest.fixture
def data_team(portal):
    return Portal(portal, "000000", role="data_team")


def states(found):
    return {each["day"]: each["state"] for each in found["days"] if each["state"] != "missing"}


def test_all_is_well(data_team):
    found = data_team.get("/quality/state", days=14).json()
    assert (found["published"], found["first"], found["last"]) == (DAY, "2026-11-15", DAY)
    assert set(states(found).values()) == {"computed"} and len(states(found)) == 5
    assert (found["files"], found["rows"], found["checks"]) == ([], [], [])


def test_what_went_wrong_is_told(trouble, data_team):
    found = data_team.get("/quality/state").json()
    assert states(found)["2026-11-19"] == "blocked" and states(found)["2026-11-18"] == "stale"
    [today] = [each for each in found["days"] if each["day"] == "2026-11-19"]
    assert (today["blocked"], today["provinces"], today["behind_zh"]) == (1, 36, ["云南"])
    [check] = found["checks"]
    assert (check["check"], check["severity"], check["failing_rows"]) == ("one_leaf", "critical", 3)
    [refused] = found["rows"]
    assert (refused["rows"], refused["reason"], refused["is_open"]) == (
        2,
        "is empty: a value is required",
        True,
    )


def test_rows_that_came_too_late_are_nothing_to_wait_for(trouble, data_team):
    [day] = [each for each in data_team.get("/quality/state").json()["days"] if each["day"] == "2026-11-16"]
    assert (day["state"], day["stale"], day["awaited"], day["behind_zh"]) == ("late", 1, 0, [])


def test_a_file_sent_again_is_mended(trouble, data_team):
    [file] = data_team.get("/quality/state").json()["files"]
    assert (file["day"], file["status"], file["is_open"]) == ("2026-11-17", "blocked", False)


def test_freshness_is_of_the_last_loaded_day(trouble, data_team):
    tables = {each["table"]: each for each in data_team.get("/quality/state").json()["tables"]}
    payment = tables["payment"]
    assert (payment["last_day"], payment["rows"], payment["days_behind"]) == (DAY, 7, 0)
    assert tables["holding"]["last_day"] is None


def test_a_branch_sees_its_own_days_and_neither_reasons_nor_counts(trouble, tibet):
    answer = tibet.get("/quality/state")
    found = answer.json()
    assert states(found)["2026-11-18"] == "stale" and states(found)["2026-11-19"] == "computed"
    assert {each["provinces"] for each in found["days"] if each["state"] != "missing"} == {1}
    for row in (*found["files"], *found["rows"], *found["checks"]):
        assert not any(row.get(name) for name in ("reason", "rows", "files", "failing_rows", "column"))
    assert "530100" not in answer.text and "云南" not in answer.text


def test_no_value_of_a_row_is_shown(trouble, data_team):
    assert "secret" not in data_team.get("/quality/state").text


def test_a_city_sees_the_days_of_its_province(trouble, portal):
    found = Portal(portal, "540100").get("/quality/state").json()
    assert states(found)["2026-11-18"] == "stale"


@pytest.mark.parametrize("org", ["000000", "530000"])
def test_another_organisation_is_refused(tibet, org):
    assert tibet.get("/quality/state", org=org).status_code == 403


@pytest.mark.parametrize(("role", "org"), [("postal", "540000"), ("auditor", "000000")])
def test_who_may_not_see_quality(portal, role, org):
    assert Portal(portal, org, role=role).get("/quality/state").status_code == 403
