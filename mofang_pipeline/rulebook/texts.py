"""A rulebook as the texts of its files, so that it can be kept whole and read again later."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from mofang_pipeline.rulebook.model import Rulebook
from mofang_pipeline.rulebook.read import read_rulebook

FILES = ("settings.yaml", "organisations.csv", "institutions.csv", "tree.yaml")


def texts_in(folder: Path) -> dict[str, str]:
    """File name within the rulebook -> its text; only what read_rulebook reads, whether or not it is sound."""
    paths = [folder / name for name in FILES] + sorted((folder / "branches").glob("[!.]*"))
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8-sig", errors="replace")
        for path in paths
        if path.is_file()
    }


def rulebook_of(texts: Mapping[str, str]) -> Rulebook:
    """The rulebook that these files are. Raises RulebookError as read_rulebook does."""
    with TemporaryDirectory(prefix="mofang_rulebook_") as name:
        folder = Path(name)
        (folder / "branches").mkdir()
        for file, text in texts.items():
            (folder / file).write_text(text, encoding="utf-8")
        return read_rulebook(folder)
