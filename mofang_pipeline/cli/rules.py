"""`mofang rules ...`: what the rulebook says, and whether it may be used."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows, note
from mofang_pipeline.push.channels import FILE as CHANNELS_FILE
from mofang_pipeline.push.channels import channels
from mofang_pipeline.rulebook import Problem, Rulebook, RulebookError, check, read_rulebook
from mofang_pipeline.rulebook.columns import COLUMNS as WIDE_COLUMNS
from mofang_pipeline.rulebook.prove import examples, proof
from mofang_pipeline.rulebook.situations import columns_asked, situations_on
from mofang_pipeline.segment_sets.check import sound
from mofang_pipeline.segment_sets.written import FILE as SETS_FILE
from mofang_pipeline.segment_sets.written import definitions_in

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
    return (*check(rulebook), *_set_problems(folder, rulebook), *_channel_problems(folder))


def _set_problems(folder: Path, rulebook: Rulebook) -> Iterator[Problem]:
    """What is wrong with segment_sets.yaml: its form, else each set that cannot be computed."""
    try:
        sets = {each.set_id: each for each in definitions_in(folder)}
    except RulebookError as error:
        yield from error.problems
        return
    for each in rulebook.campaigns:
        if each.set_name and each.set_name not in sets:  # none of the files' business: people save sets too
            note(
                f"warning: {each.file}: the set {each.set_name} is not in {SETS_FILE}; is it saved in the portal?"
            )
    for set_id, reason in sound(sets, rulebook)[1].items():
        en, _, zh = reason.partition(" / ")
        yield Problem(SETS_FILE, f"set {set_id}", en, zh)


def _channel_problems(folder: Path) -> tuple[Problem, ...]:
    """What is wrong with channels.yaml, which may be absent."""
    if not (folder / CHANNELS_FILE).exists():
        return ()
    try:
        channels(folder)
    except RulebookError as error:
        return error.problems
    return ()


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
