"""Superset's side of the lake, run in Superset's own environment: what a query can and cannot do."""

import os
import subprocess
from datetime import date

import pytest

from mofang_pipeline import lake, superset_service
from mofang_pipeline.serving import publish
from tests.superset.attacks import ATTACKS, ask
from tests.superset.conftest import SUPERSET_PYTHON

REFUSED = {
    "select * from serving.flow_matrix": "UnfilteredError",
    "select * from flow_sankey where org_name_zh = '总行'": "UnfilteredError",
    "select * from flow where from_day = '2026-11-15' and to_day_text > '2026-11-15'": "UnfilteredError",
}


def ask_head_office(home, *sql):
    return ask(home, [("hq_analyst", "000000", each) for each in sql])


def test_views_can_be_read(scratch):
    assert ask_head_office(scratch, "select count(*) from day_option") == [{"rows": [["5"]]}]


def test_a_flow_without_its_days_is_refused(scratch):
    found = ask_head_office(scratch, *REFUSED)
    assert [answer["error"] for answer in found] == list(REFUSED.values())


def test_head_office_reaches_nothing_beyond_the_views_either(scratch):
    found = ask_head_office(scratch, *ATTACKS["refused"].values())
    assert {answer.get("error") for answer in found} == {"RefusedStatementError"}


def test_a_night_is_seen_when_it_is_published_and_not_before(scratch):
    shown = publish.published(scratch)
    count = "select count(*) from day_option"
    everybody = [("hq_analyst", "000000", count), ("branch_analyst", "540000", count)]
    with lake.writer(scratch) as connection:
        connection.execute("create temp table kept as from lake.mart.day_status where day = '2026-11-15'")
        connection.execute("delete from lake.mart.day_status where day = '2026-11-15'")
        written = lake.latest_snapshot(connection)
        before = ask(scratch, everybody)
        publish.publish(scratch, written, date(2026, 11, 19))
        after = ask(scratch, everybody)
        publish.publish(scratch, shown.snapshot, date(2026, 11, 19))
        # Other files read the lake as it is now, whatever is published.
        connection.execute("insert into lake.mart.day_status from kept")
    assert (before, after) == ([{"rows": [["5"]]}] * 2, [{"rows": [["4"]]}] * 2)


@pytest.mark.parametrize("secret", ["", "short", "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET"])
def test_superset_refuses_to_start_on_a_missing_or_default_secret(scratch, secret):
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", "import superset_config"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | superset_service.environment(scratch) | {"MOFANG_SUPERSET_SECRET_KEY": secret},
    )
    assert (done.returncode, "MOFANG_SUPERSET_SECRET_KEY" in done.stderr) == (1, True)
