"""`mofang rules show, set, approve, ...`: which values apply, and changing them. Thin: each calls one function."""

import getpass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import DayOption, FormatOption, FromOption, OrgOption, ToOption, ordered
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Format, Rows, note, show
from mofang_pipeline.cli.progress import progress

if TYPE_CHECKING:
    from mofang_pipeline.home import Home
    from mofang_pipeline.rule_actions import Outcome
    from mofang_pipeline.rule_log import Recorded

OrgArgument = Annotated[str, typer.Option("--org", metavar="CODE", help="Whose: an organisation's code.")]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="USER", help="Who does it; you, as this system knows you.")
]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in one line.")]
ChangeArgument = Annotated[int, typer.Argument(metavar="ID", help="A change, as `rules pending` lists it.")]
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
    app.command("set")(set_values)
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("pending")(pending)
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

    home = _home()
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
            *_row(each.setting)[5:],
            each.setting.change_id,
        )
        for each in found
    ]
    show(Rows(columns, rows), chosen or Format.table)


def set_values(
    org: OrgArgument,
    values: Annotated[
        list[str], typer.Option("--set", metavar="P=V", help="A parameter's value; repeatable.")
    ],
    first: FromOption,
    reason: ReasonOption,
    by: ByOption = None,
    approved_by: Annotated[
        str | None, typer.Option("--approved-by", metavar="USER", help="Who has approved it; else it waits.")
    ] = None,
    chosen: FormatOption = None,
) -> None:
    """Change an organisation's parameters from a day on: a proposal, until another user approves it."""
    from mofang_pipeline.rule_actions import set_values as act

    home = _home()
    outcome = act(
        home,
        actor=_user(by),
        approver=approved_by,
        org_code=org,
        values=_pairs(values),
        effective_from=first,
        reason=reason,
    )
    _tell(home, outcome, chosen)


def approve(change_id: ChangeArgument, by: ByOption = None, chosen: FormatOption = None) -> None:
    """Put a proposed change in force; not by the user who made it."""
    from mofang_pipeline.rule_actions import approve as act

    home = _home()
    _tell(home, act(home, actor=_user(by), change_id=change_id), chosen)


def reject(
    change_id: ChangeArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")] = "",
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Close a proposed change without effect."""
    from mofang_pipeline.rule_actions import reject as act

    home = _home()
    _tell(home, act(home, actor=_user(by), change_id=change_id, reason=reason), chosen)


def pending(chosen: FormatOption = None) -> None:
    """Changes that wait for approval."""
    from mofang_pipeline.rule_actions import history as changes

    show(
        Rows(CHANGE_COLUMNS, [_row(each) for each in changes(_home(), waiting=True)]), chosen or Format.table
    )


def history(org: OrgOption = None, chosen: FormatOption = None) -> None:
    """Every change of parameters ever recorded, the oldest first."""
    from mofang_pipeline.rule_actions import history as changes

    show(
        Rows(CHANGE_COLUMNS, [_row(each) for each in changes(_home(), org_code=org)]), chosen or Format.table
    )


def export(
    folder: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="A new rulebook folder.")],
) -> None:
    """Write the rules in force back as YAML files, for review in git."""
    from mofang_pipeline.rule_export import export as write

    anew = write(_home(), folder)
    note(f"the rulebook in force is in {folder}; written anew: {', '.join(anew) or 'nothing'}")


def verify(chosen: FormatOption = None) -> None:
    """Whether the history is whole: names every entry that was edited, deleted or put in."""
    from mofang_pipeline import audit
    from mofang_pipeline.control import log
    from mofang_pipeline.control.database import engine

    home = _home()
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
            _home(),
            actor=_user(by),
            name=name,
            first=first,
            last=last,
            provinces=tuple(province or ()),
            reason=reason,
            progress=step,
        )
    rows = [(each.day, each.province, each.customers, each.moved) for each in restated]
    show(Rows(("day", "province", "customers", "moved"), rows), chosen or Format.table)


def _tell(home: "Home", outcome: "Outcome", chosen: Format | None) -> None:
    from mofang_pipeline.rule_actions import computed_days

    columns = ("change_id", "status", "org_code", "parameter", "value", "effective_from")
    rows = [
        (outcome.change_id, outcome.status, outcome.org_code, name, value, outcome.effective_from)
        for name, value in outcome.values.items()
    ]
    show(Rows(columns, rows), chosen or Format.table)
    if outcome.status == "proposed":
        note(f"waits for approval by another user: mofang rules approve {outcome.change_id} --by USER")
    days = computed_days(home, outcome) if outcome.status != "rejected" else []
    if days:
        note(
            f"{days[0]} to {days[-1]} are computed already and stay as they are; to compute them again with it: "
            f"mofang rules restate --name NAME --from {days[0]} --to {days[-1]} --reason TEXT"
        )


def _row(each: "Recorded") -> tuple[object, ...]:
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


def _pairs(written: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or name.strip() in pairs:
            raise typer.BadParameter(f"--set {text}: write parameter=value, each parameter once")
        pairs[name.strip()] = value
    return pairs


def _moment(text: str, timezone: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--known-at {text}: write YYYY-MM-DD or YYYY-MM-DDTHH:MM:SS") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))


def _user(by: str | None) -> str:
    return by or getpass.getuser()


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()
