"""`mofang rules ...`: what the rulebook says, and whether it may be used."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows, note
from mofang_pipeline.rulebook import Problem, RulebookError, check, read_rulebook
from mofang_pipeline.rulebook.columns import COLUMNS as WIDE_COLUMNS
from mofang_pipeline.rulebook.prove import examples, proof
from mofang_pipeline.rulebook.situations import columns_asked, situations_on

COLUMNS = ("file", "node", "reason", "reason_zh")


def problems(folder: Path, step: Callable[[str], None] = lambda _: None) -> Rows:
    """One row per problem of the rulebook in `folder`; no row when it may be used. Warnings are noted."""
    return Rows(COLUMNS, [(each.file, each.subject, each.en, each.zh) for each in _found(folder, step)])


def _found(folder: Path, step: Callable[[str], None]) -> tuple[Problem, ...]:
    try:
        rulebook = read_rulebook(folder)
    except RulebookError as error:
        return error.problems
    for warning in proof(rulebook, step=step).unproved:
        note(f"warning: {warning}")
    return tuple(check(rulebook))


def example_rows(folder: Path, org_code: str | None, day: date) -> Rows:
    """One row per leaf: a customer who lands in it, in the columns that the organisation's tree asks for."""
    rulebook = read_rulebook(folder)
    code = org_code or rulebook.head_office.org_code
    if code not in rulebook.organisations:
        raise CommandError(f"there is no organisation {code} in {folder / 'organisations.csv'}")
    situation = next(each for each in situations_on(rulebook, day) if code in each.organisations)
    asked = columns_asked(rulebook.tree, situation) | {"day", "province", "city"}
    columns = tuple(name for name in WIDE_COLUMNS if name in asked)
    found = examples(rulebook, code, day)
    return Rows(("leaf", *columns), [(leaf, *(row[name] for name in columns)) for leaf, row in found.items()])
