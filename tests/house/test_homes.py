"""Dagster's home and the variables that processes get; two installations side by side."""

import os
from pathlib import Path

import pytest
import yaml

from mofang_pipeline import dagster_home
from mofang_pipeline.home import Home


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """Two homes that one process holds open at once; a shell would split the path of the second."""
    made = tuple(Home(home=tmp_path_factory.mktemp(name)) for name in ("one", "二 two"))
    for home in made:
        dagster_home.prepare(home)
    return made  # type: ignore[return-value]


def test_two_homes_share_nothing(homes: tuple[Home, Home]) -> None:
    one, two = (dagster_home.environment(home) for home in homes)
    own = ("MOFANG_HOME", "MOFANG_POSTGRES_URL", "MOFANG_DAGSTER_DB_URL", "DAGSTER_HOME")
    assert all(one[name] != two[name] for name in own)


def test_paths_are_absolute(homes: tuple[Home, Home]) -> None:
    variables = dagster_home.environment(homes[0])
    paths = ("MOFANG_HOME", "MOFANG_RULEBOOK", "DAGSTER_HOME")
    assert all(Path(variables[name]).is_absolute() for name in paths)


def test_dagster_yaml_holds_no_database_address(homes: tuple[Home, Home]) -> None:
    text = (homes[0].root / "dagster" / "dagster.yaml").read_text()
    assert "postgresql" not in text
    assert yaml.safe_load(text)["storage"] == {"postgres": {"postgres_url": {"env": "MOFANG_DAGSTER_DB_URL"}}}


def test_preparing_again_changes_nothing(homes: tuple[Home, Home]) -> None:
    path = homes[0].root / "dagster" / "dagster.yaml"
    before = path.stat().st_mtime_ns
    dagster_home.prepare(homes[0])
    assert path.stat().st_mtime_ns == before


def test_preparing_leaves_this_process_as_it_was(
    homes: tuple[Home, Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    (homes[1].root / "dagster").joinpath("dagster.yaml").unlink()
    dagster_home.prepare(homes[1])
    assert "DAGSTER_HOME" not in os.environ
