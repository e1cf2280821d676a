"""`mofang campaign ...` and `mofang evaluate`: campaigns, their steps and their results."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import FormatOption, OrgOption, parse_day
from mofang_pipeline.cli.output import Format, Rows, note, show

if TYPE_CHECKING:
    from mofang_pipeline.home import Home
    from mofang_pipeline.rulebook import Rulebook

app = typer.Typer(
    help="Campaigns: what they plan, how far they are, what came of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="A campaign.")]
ByOption = Annotated[str, typer.Option("--by", metavar="USER", help="Who takes the step.")]
AsOfOption = Annotated[
    date | None, typer.Option("--as-of", parser=parse_day, metavar="YYYY-MM-DD", help="A computed day.")
]


@app.command("list")
def list_campaigns(chosen: FormatOption = None) -> None:
    """Every campaign and its state."""
    from mofang_pipeline.campaigns.showing import LIST, listed

    home = _home()
    show(Rows(LIST, listed(home, _rulebook(home))), chosen or Format.table)


@app.command("show")
def show_campaign(campaign: IdArgument, chosen: FormatOption = None) -> None:
    """State, audience, funnel, reconciliation, effect; before approval the sample size that the plan needs."""
    from mofang_pipeline.campaigns.showing import SHOWN, shown

    home = _home()
    show(Rows(SHOWN, shown(home, _rulebook(home), campaign)), chosen or Format.table)


@app.command()
def save(
    file: Annotated[Path, typer.Argument(help="YAML with the keys of rulebook/campaigns/<id>.yaml.")],
    by: ByOption,
    org: OrgOption = None,
) -> None:
    """Plan a campaign without a file in the rulebook, or anew while it is a draft; as the portal does."""
    from mofang_pipeline.campaigns.drafts import save as save_draft
    from mofang_pipeline.rulebook.documents import yaml_document

    home = _home()
    document = yaml_document(file, file.name)
    if not isinstance(document, dict):
        raise typer.BadParameter(f"{file}: one campaign, as `key: value`")
    head = _rulebook(home).head_office.org_code
    saved = save_draft(home, actor=by, org_code=org or head, document=document)
    note(f"saved {saved.campaign.id}")


@app.command()
def submit(campaign: IdArgument, by: ByOption) -> None:
    """Hand a draft in for approval, by another user."""
    from mofang_pipeline.campaigns.drafts import submit as hand_in

    hand_in(_home(), campaign, by=by)
    note(f"{campaign}: handed in by {by}")


@app.command()
def discard(campaign: IdArgument, by: ByOption) -> None:
    """Throw away a draft that was saved; one with a file is as its file says again."""
    from mofang_pipeline.campaigns.drafts import discard as throw_away

    throw_away(_home(), campaign, by=by)
    note(f"{campaign}: thrown away")


@app.command()
def advance(
    campaign: IdArgument,
    target: Annotated[str, typer.Option("--to", metavar="STATE", help="The next state.")],
    by: ByOption,
    as_of: AsOfOption = None,
) -> None:
    """Take the next step, or say why not."""
    _advance(campaign, target, by, as_of)


@app.command()
def approve(campaign: IdArgument, by: ByOption) -> None:
    """The same as advance --to approved."""
    _advance(campaign, "approved", by)


@app.command()
def freeze(campaign: IdArgument, by: ByOption, as_of: AsOfOption = None) -> None:
    """Fix audience, arms and plan for good; the same as advance --to frozen."""
    _advance(campaign, "frozen", by, as_of)


@app.command()
def report(
    campaign: IdArgument,
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="An HTML file to forward.")],
    language: Annotated[str, typer.Option("--language", help="zh or en.")] = "zh",
) -> None:
    """One page for a manager, complete in itself."""
    from mofang_pipeline.campaigns.report import write_report

    if language not in ("zh", "en"):
        raise typer.BadParameter(f"--language {language}: zh or en")
    home = _home()
    write_report(home, _rulebook(home), campaign, to, language)
    note(f"written: {to}")


def evaluate(
    campaign: Annotated[str | None, typer.Argument(metavar="[ID]", help="A campaign.")] = None,
    as_of: AsOfOption = None,
    together: Annotated[
        bool,
        typer.Option("--global", help="All campaigns of each quarter, against the global control group."),
    ] = False,
    org: OrgOption = None,
    chosen: FormatOption = None,
) -> None:
    """Write the effects of a campaign, or of all together, as known on a computed day, and print them."""
    from mofang_pipeline.campaigns.actions import evaluate_now, evaluate_together_now
    from mofang_pipeline.campaigns.showing import TOGETHER, together_of

    home = _home()
    if together == (campaign is not None):
        raise typer.BadParameter("name one campaign, or give --global for all together")
    if campaign is None:
        rows = evaluate_together_now(home, as_of)
        note(f"all campaigns: {rows} row(s)")
        return show(
            Rows(TOGETHER, together_of(home, org or _rulebook(home).head_office.org_code)),
            chosen or Format.table,
        )
    if as_of is None:
        raise typer.BadParameter("--as-of: the computed day as known on which it is evaluated")
    rows = evaluate_now(home, campaign, as_of)
    note(f"{campaign}: {rows} row(s) as known on {as_of}")
    return show_campaign(campaign, chosen)


def add_to(program: typer.Typer) -> None:
    """Adds `campaign ...` and `evaluate` to the program."""
    program.add_typer(app, name="campaign")
    program.command("evaluate")(evaluate)


def _advance(campaign: str, target: str, by: str, as_of: date | None = None) -> None:
    from mofang_pipeline.campaigns.actions import advance as take_step

    home = _home()
    known = take_step(home, campaign, target, by=by, as_of=as_of)
    note(f"{campaign}: {known.status.state}")
    if target == "approved":
        need = known.status.approval["sample_size"]
        note(
            "sample size: "
            + (
                ", ".join(f"{name} {value}" for name, value in need.items())
                if need
                else "nothing to judge it by"
            )
        )


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()


def _rulebook(home: "Home") -> "Rulebook":
    from mofang_pipeline import rules

    return rules.in_force(home)
