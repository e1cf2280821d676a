"""`mofang rules ...`: what the rulebook says, and whether it may be used."""

from pathlib import Path

from mofang_pipeline.cli.output import Rows
from mofang_pipeline.rulebook import Problem, RulebookError, check, read_rulebook

COLUMNS = ("file", "node", "reason", "reason_zh")


def problems(folder: Path) -> Rows:
    """One row per problem of the rulebook in `folder`; no row when it may be used."""
    return Rows(COLUMNS, [(each.file, each.subject, each.en, each.zh) for each in _found(folder)])


def _found(folder: Path) -> tuple[Problem, ...]:
    try:
        return tuple(check(read_rulebook(folder)))
    except RulebookError as error:
        return error.problems
