"""dbt on a scratch lake whose tables are all there and empty: one start for all tests of this folder."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import duckdb
import pytest
from dbt.cli.main import dbtRunner, dbtRunnerResult

from mofang_pipeline import lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.manifest import PROJECT, dbt_environment

Dbt = Callable[..., dbtRunnerResult]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(home=tmp_path_factory.mktemp("dbt"))


@pytest.fixture(scope="session")
def dbt(home: Home) -> Dbt:
    """Calls dbt in this process, after all models were made once without a day to compute."""
    with lake.writer(home) as connection:
        tables.create_tables(connection)
        published.create_tables(connection)
    target = home.folder("dbt")

    def call(*arguments: str, **variables: Any) -> dbtRunnerResult:
        flags = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet")
        folders = ("--target-path", str(target), "--log-path", str(target))
        values = json.dumps({"unit_tests": True, **variables})
        with pytest.MonkeyPatch.context() as patch:
            keep_environment(patch)
            dbt_environment(home)
            return dbtRunner().invoke([*arguments, *flags, *folders, "--vars", values])

    made = call("run")
    assert made.success, made.exception or [result.message for result in made.result]
    return call


def keep_environment(patch: pytest.MonkeyPatch) -> None:
    """Has `patch` put back what dbt_environment sets, once dbt is done."""
    for name in ("LAKE_DSN", "LAKE_PATH", "EXTENSIONS", "THREADS"):
        patch.setenv(f"MOFANG_{name}", "")


@pytest.fixture
def writing(home: Home, dbt: Dbt) -> Iterator[duckdb.DuckDBPyConnection]:
    with lake.writer(home) as connection:
        yield connection
