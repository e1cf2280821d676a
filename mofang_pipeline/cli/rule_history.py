"""`mofang rules show, history, export, verify, restate`: what the rules were. Thin: each calls one function."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import (
    DayOption,
    FormatOption,
    FromOption,
    OnlyOrgOption,
    ToOption,
    ordered,
)
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Format, Rows, note, show
from mofang_pipeline.cli.progress import progress

if TYPE_CHECKING:
    from mofang_pipeline.home import Home
    from mofang_pipeline.rule_log import Recorded

OrgArgument = Annotated[str, typer.Option("--org", metavar="CODE", help="Whose: an organisation's code.")]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="USER", help="Who does it; you, as this system knows you.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in one line.")]
CHANGE_COLUMNS = (
    "change_id",
    "status",
    "org_code",
    "parameter",
    "value",
    "effective_from",
    "recorded_at",
    "changed_by",
    "approved_by",
    "reason",
)


def add_to(app: typer.Typer) -> None:
    """These commands under `mofang rules`."""
    app.command("show")(show_values)
    app.command("history")(history)
    app.command("export")(export)
    app.command("verify")(verify)
    app.command("restate")(restate)


def show_values(
    org: OrgArgument,
    day: DayOption,
    known_at: Annotated[
        str | None,
        typer.Option("--known-at", metavar="TIME", help="As known then: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS."),
    ] = None,
    chosen: FormatOption = None,
) -> None:
    """Which value of each parameter applies to an organisation on a day, from which level, set by whom."""
    from mofang_pipeline import rules
    from mofang_pipeline.rule_log import value_as_text
    from mofang_pipeline.rule_values import applied

    home = this_home()
    timezone = rules.current(home).rulebook.settings.timezone
    found = applied(home, org, day, _moment(known_at, timezone) if known_at else None)
    columns = ("parameter", "value", "unit", "level", "set_by", *CHANGE_COLUMNS[5:], "change_id")
    rows = [
        (
            each.parameter.name,
            value_as_text(each.setting.change.value),
            each.parameter.unit,
            each.level,
            each.org_code,
            *change_row(each.setting)[5:],
            each.setting.change_id,
        )
        for each in found
    ]
    show(Rows(columns, rows), chosen or Format.table)


def history(org: OnlyOrgOption = None, chosen: FormatOption = None) -> None:
    """Every change of parameters ever recorded, the oldest first."""
    from mofang_pipeline.rule_actions import history as changes

    show(
        Rows(CHANGE_COLUMNS, [change_row(each) for each in changes(this_home(), org_code=org)]),
        chosen or Format.table,
    )


def export(
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new rulebook folder.")],
) -> None:
    """Write the rules in force back as YAML files, for review in git."""
    from mofang_pipeline.rule_export import export as write

    anew = write(this_home(), folder)
    note(f"the rulebook in force is in {folder}; written anew: {', '.join(anew) or 'nothing'}")


def verify(chosen: FormatOption = None) -> None:
    """Whether the history is whole: names every entry that was edited, deleted or put in."""
    from mofang_pipeline import audit
    from mofang_pipeline.control import log
    from mofang_pipeline.control.database import engine

    home = this_home()
    found = audit.problems(home)
    show(Rows(("problem",), [(line,) for line in found]), chosen or Format.table)
    if found:
        raise CommandError(f"the history was tampered with: {'; '.join(found)}")
    seq, hash_ = log.head(engine(home))
    note(f"{seq} entries, none edited or missing; head {hash_}")


def restate(
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Of this restatement, for ever.")],
    first: FromOption,
    last: ToOption,
    reason: ReasonOption,
    province: Annotated[list[str] | None, typer.Option("--province", help="Only these.")] = None,
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Compute past days again under the rules in force now; what they were is kept beside it."""
    from mofang_pipeline.restatement import restate as act

    ordered(first, last)
    with progress(f"restate {first} to {last}") as step:
        restated = act(
            this_home(),
            actor=user_or_self(by),
            name=name,
            first=first,
            last=last,
            provinces=tuple(province or ()),
            reason=reason,
            progress=step,
        )
    rows = [(each.day, each.province, each.customers, each.moved) for each in restated]
    show(Rows(("day", "province", "customers", "moved"), rows), chosen or Format.table)


def change_row(each: "Recorded") -> tuple[object, ...]:
    from mofang_pipeline.rule_log import value_as_text

    change = each.change
    return (
        each.change_id,
        "withdrawn" if change.withdrawn else each.status,
        change.org_code,
        change.parameter,
        None if change.withdrawn else value_as_text(change.value),
        change.effective_from,
        each.recorded_at,
        each.changed_by,
        each.approved_by,
        each.reason,
    )


def _moment(text: str, timezone: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--known-at {text}: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


def user_or_self(by: str | None) -> str:
    return by or getpass.getuser()


def this_home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()
