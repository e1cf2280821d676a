"""Runs statements as users of several scopes in Superset's own environment, one start for all."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from mofang_pipeline import superset_service
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
