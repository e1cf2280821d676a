"""A scratch lake with views and a published snapshot, shared by the tests that need a whole one."""

import os
from datetime import date
from pathlib import Path

import pytest

from mofang_pipeline import lake
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.serving import publish, views
from tests.superset import scratch_lake

FIRST_DAY, DAYS, CUSTOMERS = date(2026, 11, 15), 5, 4000
SUPERSET_PYTHON = (
    Path(os.environ.get("MOFANG_SUPERSET_VENV", REPOSITORY / ".venv-superset")) / "bin" / "python"
)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(home=tmp_path_factory.mktemp("scratch"))
    scratch_lake.build(home, customers=CUSTOMERS, first_day=FIRST_DAY, days=DAYS)
    with lake.writer(home) as connection:
        views.create_views(connection)
        snapshot = lake.latest_snapshot(connection)
    publish.publish(home, snapshot, date(2026, 11, 19))
    return home
