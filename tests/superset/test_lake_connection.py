"""Superset's side of the lake, run in Superset's own environment: what a query can and cannot do."""

import json
import os
import subprocess
from datetime import date

import pytest

from mofang_pipeline import lake, superset_service
from mofang_pipeline.serving import publish
from tests.superset.conftest import SUPERSET_PYTHON

ASK = """
import json, sys
from lake_connection import lake, refuse_unfiltered
connection = lake().connection()
answers = []
for sql in json.load(sys.stdin):
    try:
        cursor = connection.cursor()
        cursor.execute(refuse_unfiltered(sql))
        answers.append(str(cursor.fetchall()))
    except Exception as error:
        answers.append(type(error).__name__)
print(json.dumps(answers))
"""
REFUSED = {
    "select * from read_text('/etc/passwd')": "PermissionException",
    "copy (select 1) to '/tmp/mofang_leak.csv'": "PermissionException",
    "attach '/tmp/mofang_other.db'": "PermissionException",
    "create table lake.serving.mine as select 1": "InvalidInputException",
    "set lock_configuration = false": "InvalidInputException",
    "set enable_external_access = true": "InvalidInputException",
    "install httpfs": "PermissionException",
    "select * from serving.flow_matrix": "UnfilteredError",
    "select * from flow_sankey where org_name_zh = '总行'": "UnfilteredError",
}


def ask(home, *sql):
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", ASK],
        input=json.dumps(sql),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | superset_service.environment(home),
    )
    return json.loads(done.stdout)


def test_views_can_be_read(scratch):
    assert ask(scratch, "select count(*) from day_option") == ["[(5,)]"]


def test_nothing_else_can_be_reached(scratch):
    assert dict(zip(REFUSED, ask(scratch, *REFUSED), strict=True)) == REFUSED


SNAPSHOT = "select id from lake.current_snapshot()"


def test_a_night_is_seen_when_it_is_published_and_not_before(scratch):
    shown = publish.published(scratch)
    with lake.writer(scratch) as connection:
        connection.execute("create or replace table lake.mart.next_night as select 1 as one")
        written = lake.latest_snapshot(connection)
    before = ask(scratch, SNAPSHOT)
    publish.publish(scratch, written, date(2026, 11, 19))
    assert (before, ask(scratch, SNAPSHOT)) == ([f"[({shown.snapshot},)]"], [f"[({written},)]"])


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
