"""Runs statements as users of several scopes in Superset's own environment, one start for all."""

import json
import os
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml

from mofang_pipeline import lake, superset_service
from mofang_pipeline.home import Home
from tests.superset.conftest import SUPERSET_PYTHON

ATTACKS: dict[str, dict[str, str]] = yaml.safe_load(
    Path(__file__).with_name("attacks.yaml").read_text(encoding="utf-8")
)
ASK = """
import json, sys
from lake_connection import lake
answers = []
for role, org, sql in json.load(sys.stdin):
    try:
        cursor = lake().connection(role, org).cursor()
        cursor.execute(sql)
        answers.append({"rows": [[str(value) for value in row] for row in cursor.fetchall()]})
    except Exception as error:
        answers.append({"error": type(error).__name__, "text": str(error)})
print(json.dumps(answers))
"""


def ask(home: Home, questions: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    """(role, organisation, statement) -> rows as text, or the error's name and text."""
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", ASK],
        input=json.dumps(questions),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | superset_service.environment(home),
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# Codes, names, and averages of money, which are long enough never to be equal by chance.
MARKS = """
select org_code, 'name', unnest([org_code, name_zh, name_en]) from lake.mart.organisation where level <> 'hq'
union all
select org_code, 'name', unnest([org_name_zh, org_name_en])
from lake.serving.organisation_option where org_level <> 'hq'
union all
select org_code, 'number', unnest([aum_fen_sum::varchar, aum_fen_avg::varchar, (aum_fen_avg / 100)::varchar])
from lake.mart.segment_profile_daily where org_level <> 'hq' and aum_fen_sum > 100000000
union all
select '530000', 'name', unnest(['B7_CROP', '涉农代发未绑', 'Crop payroll, not bound'])
"""


def marks_of_others(home: Home, own: str) -> set[str]:
    """Texts that tell of an organisation not below the code prefix `own`; a city may name its province."""
    with closing(lake.connect(home, read_only=True)) as connection:
        rows = connection.execute(MARKS).fetchall()
    mine = {
        text
        for code, kind, text in rows
        if code.startswith(own) or (kind == "name" and code == own[:2].ljust(6, "0"))
    }
    return {text for *_, text in rows} - mine
