"""A small bank, made up once, and homes in which its days are computed in different ways by the real pipeline."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from mofang_pipeline import lake
from mofang_pipeline.generator import generate
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.rulebook import read_rulebook

FIRST, LAST = date(2026, 2, 1), date(2026, 2, 7)
CHANGED_ON = date(2026, 2, 4)
CHANGES = {  # branches that change their rules on that day
    "320000": "active_days: {value: 10, from: 2026-02-04}",
    "370000": "active_days: {value: 10, from: 2026-02-04}",
    "330100": "active_days: {value: 12, from: 2026-02-04}",
}
HISTORY_FROM, LANDED_TO = date(2025, 12, 20), date(2026, 2, 12)


@pytest.fixture(scope="session")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's rulebook with changes of three branches, one of them a city."""
    folder = tmp_path_factory.mktemp("rules") / "rulebook"
    shutil.copytree(REPOSITORY / "rulebook", folder)
    for org, value in CHANGES.items():
        branch = folder / "branches" / f"{org}.yaml"
        branch.write_text(f'org: "{org}"\nvalues:\n  {value}\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def landing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The landing zone of 900 customers, seven weeks before FIRST to LANDED_TO; nobody changes it."""
    folder = tmp_path_factory.mktemp("bank") / "landing"
    rulebook = read_rulebook(Home().rulebook)
    generate(
        folder,
        customers=900,
        first=HISTORY_FROM,
        last=LANDED_TO,
        seed=7,
        organisations=[vars(org) for org in rulebook.organisations.values()],
        institutions=[vars(each) for each in rulebook.institutions],
    )
    return folder


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory, landing: Path, rules: Path) -> Callable[[str], Home]:
    """Makes a home of its own with a copy of the landing zone."""

    def make(name: str) -> Home:
        root = tmp_path_factory.mktemp(name)
        shutil.copytree(landing, root / "landing")
        give_token_key(root)
        return Home(home=root, rulebook=rules)

    return make


@pytest.fixture(scope="session")
def computed(new_home: Callable[[str], Home]) -> Home:
    """FIRST to LAST computed in one run; tests read it and do not change it."""
    home = new_home("one_run")
    environment = dict(os.environ)
    run(home, FIRST, LAST)
    os.environ.clear()
    os.environ.update(environment)
    return home


def give_token_key(root: Path) -> None:
    """The same token key in every test run: who falls into which arm is no matter of chance."""
    (root / "secrets").mkdir(mode=0o700)
    (root / "secrets" / "token_key").write_text("5e" * 32, encoding="utf-8")


def run(home: Home, first: date, last: date, *provinces: str) -> None:
    from mofang_pipeline import runs

    runs.run_days(home, first=first, last=last, provinces=provinces, progress=lambda _: None)


@pytest.fixture
def reading() -> Iterator[Callable[[Home], duckdb.DuckDBPyConnection]]:
    """Opens a home's lake for reading; closed when the test ends."""
    opened: list[duckdb.DuckDBPyConnection] = []

    def open_lake(home: Home) -> duckdb.DuckDBPyConnection:
        opened.append(lake.connect(home, read_only=True))
        return opened[-1]

    yield open_lake
    for connection in opened:
        connection.close()
