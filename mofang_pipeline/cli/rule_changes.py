"""`mofang rules set, approve, reject, pending`: changing values. Thin: each calls one function."""

from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli import rule_history
from mofang_pipeline.cli.arguments import FormatOption, FromOption
from mofang_pipeline.cli.output import Format, Rows, note, show
from mofang_pipeline.cli.rule_history import (
    CHANGE_COLUMNS,
    ByOption,
    OrgArgument,
    ReasonOption,
    change_row,
    this_home,
    user_or_self,
)

if TYPE_CHECKING:
    from mofang_pipeline.home import Home
    from mofang_pipeline.rule_actions import Outcome

ChangeArgument = Annotated[int, typer.Argument(metavar="ID", help="A change, as `rules pending` lists it.")]


def add_to(app: typer.Typer) -> None:
    """These commands and rule_history's under `mofang rules`."""
    rule_history.add_to(app)
    app.command("set")(set_values)
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("pending")(pending)


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

    home = this_home()
    outcome = act(
        home,
        actor=user_or_self(by),
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

    home = this_home()
    _tell(home, act(home, actor=user_or_self(by), change_id=change_id), chosen)


def reject(
    change_id: ChangeArgument,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in one line.")] = "",
    by: ByOption = None,
    chosen: FormatOption = None,
) -> None:
    """Close a proposed change without effect."""
    from mofang_pipeline.rule_actions import reject as act

    home = this_home()
    _tell(home, act(home, actor=user_or_self(by), change_id=change_id, reason=reason), chosen)


def pending(chosen: FormatOption = None) -> None:
    """Changes that wait for approval."""
    from mofang_pipeline.rule_actions import history as changes

    show(
        Rows(CHANGE_COLUMNS, [change_row(each) for each in changes(this_home(), waiting=True)]),
        chosen or Format.table,
    )


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
    scope = f" --province {outcome.province}" if outcome.province else ""
    if days:
        note(
            f"{days[0]} to {days[-1]} are computed already and stay as they are; to compute them again with it: "
            f"mofang rules restate --name NAME --from {days[0]} --to {days[-1]}{scope} --reason TEXT"
        )


def _pairs(written: list[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in written:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or name.strip() in pairs:
            raise typer.BadParameter(f"--set {text}: write parameter=value, each parameter once")
        pairs[name.strip()] = value
    return pairs
