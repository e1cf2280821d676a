"""Fixtures of the command-line tests."""

import shutil
from pathlib import Path

import pytest

from mofang_pipeline.home import REPOSITORY


@pytest.fixture
def broken_rulebook(tmp_path: Path) -> Path:
    """The project's rulebook with a condition on a column that does not exist."""
    folder = tmp_path / "rulebook"
    shutil.copytree(REPOSITORY / "rulebook", folder)
    tree = folder / "tree.yaml"
    text = tree.read_text(encoding="utf-8")
    assert "aum_fen >= :aum_min" in text
    tree.write_text(text.replace("aum_fen >= :aum_min", "aum_fan >= :aum_min", 1), encoding="utf-8")
    return folder
