"""A control database for the tests of what people did, and a way past its guards."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import sqlalchemy as sa

from mofang_pipeline.control.database import engine
from mofang_pipeline.home import REPOSITORY, Home

Tamper = Callable[[str], None]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(home=tmp_path_factory.mktemp("control"))


@pytest.fixture
def database(home: Home) -> sa.Engine:
    """A log without entries: what the last test left is taken away as no one else can."""
    made = engine(home)
    _as_master(made, "truncate log_entry")
    _as_master(made, "update log_head set seq = 0, hash = ''")
    return made


@pytest.fixture
def own(home: Home, database: sa.Engine, tmp_path: Path) -> Home:
    """The same database with a rulebook of the test's own; its log is empty."""
    shutil.copytree(REPOSITORY / "rulebook", tmp_path / "rulebook")
    return home.model_copy(update={"rulebook": tmp_path / "rulebook"})


@pytest.fixture
def tamper(database: sa.Engine) -> Tamper:
    """Runs a statement as the server's master, who can switch triggers off."""

    return partial(_as_master, database)


def _as_master(database: sa.Engine, statement: str) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("set local session_replication_role = replica"))
        connection.exec_driver_sql(statement)
