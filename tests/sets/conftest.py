"""One small bank for all tests of sets and pushes; each uses set ids of its own, and a channel without caps."""

import shutil
from pathlib import Path

import pytest

from mofang_pipeline.home import REPOSITORY, Home
from tests.sets import bank

FREE_CHANNEL = """
- {channel: free, zh: 无限制, en: Without caps, columns: [province, segment], frequency_cap: {contacts: 0, days: 30},
   holdout: 0.1, valid_days: 14}
"""


@pytest.fixture(scope="session")
def rulebook(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "rulebook"
    shutil.copytree(REPOSITORY / "rulebook", folder)
    with (folder / "channels.yaml").open("a", encoding="utf-8") as file:
        file.write(FREE_CHANNEL)
    return folder


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory, rulebook: Path) -> Home:
    return bank.build(Home(home=tmp_path_factory.mktemp("bank") / "home", rulebook=rulebook))
