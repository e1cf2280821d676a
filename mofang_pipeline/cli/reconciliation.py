"""`mofang reconcile` and `mofang breaks ...`: rewards compared, and the list of what does not agree. Thin."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mofang_pipeline.cli.arguments import FormatOption, parse_day
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Format, Rows, note, show
from mofang_pipeline.cli.progress import progress

if TYPE_CHECKING:
    import duckdb

    from mofang_pipeline.home import Home

breaks_app = typer.Typer(
    help="Reward items that do not agree: list, decide, match.", no_args_is_help=True, rich_markup_mode=None
)
ALL = "all"
AsOfOption = Annotated[
    date | None,
    typer.Option(
        "--as-of", parser=parse_day, metavar="YYYY-MM-DD", help="The latest reconciled day by default."
    ),
]
CampaignOption = Annotated[str, typer.Option("--campaign", metavar="ID", help="A campaign's id, or all.")]
CampaignArgument = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="The campaign of the item.")]
ByOption = Annotated[
    str | None, typer.Option("--by", metavar="USER", help="Who does it; you, as this system knows you.")
]
NoteOption = Annotated[str | None, typer.Option("--note", metavar="TEXT", help="What was found out.")]


def add_to(app: typer.Typer) -> None:
    """These commands under `mofang`."""
    app.command("reconcile")(reconcile)
    app.add_typer(breaks_app, name="breaks")


def reconcile(campaign: CampaignOption = ALL, as_of: AsOfOption = None, chosen: FormatOption = None) -> None:
    """Compare the reward rows that have landed, as known on a day: rows and fen of every class."""
    from mofang_pipeline.reconciliation import work_list
    from mofang_pipeline.runs import run_reconciliation

    home = _home()
    with _newest(home) as connection:
        day = as_of or _last_landed(connection)
    with progress(f"reconcile {day}") as step:
        run_reconciliation(home, day, progress=step)
    with _newest(home) as connection:
        found = work_list.sums(connection, work_list.Scope(day, _one(campaign)))
    if not found and campaign != ALL:
        raise CommandError(f"no reward row and no campaign {campaign} is known on {day}")
    _show(found, work_list.SUM_COLUMNS, chosen)


@breaks_app.command("list")
def list_breaks(
    campaign: CampaignOption = ALL,
    as_of: AsOfOption = None,
    classes: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS", help="Only these; repeatable.")
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help="Only those without a resolution.")] = False,
    chosen: FormatOption = None,
) -> None:
    """What does not agree, the oldest first, with owner and resolution."""
    from mofang_pipeline.reconciliation import classes as known
    from mofang_pipeline.reconciliation import decisions, work_list

    if unknown := sorted(set(classes or ()) - set(known.BREAKS)):
        raise typer.BadParameter(f"--class {unknown[0]}: one of {', '.join(known.BREAKS)}")
    home = _home()
    with _newest(home) as connection:
        day = as_of or _last_reconciled(connection)
        found = work_list.breaks(
            connection, decisions.read(home), work_list.Scope(day, _one(campaign)), classes or ()
        )
    shown = [each for each in found if not is_open or each["resolution"] is None]
    columns = (*work_list.BREAK_COLUMNS, "owner", "resolution", "note", "decided_by")
    _show(shown, columns, chosen)


@breaks_app.command("decide")
def decide_break(
    campaign: CampaignArgument,
    item: Annotated[str, typer.Argument(metavar="ITEM", help="item_id, as `breaks list` shows it.")],
    resolution: Annotated[
        str | None,
        typer.Option("--resolution", help="accepted, claimed, awaiting_correction, written_off or open."),
    ] = None,
    owner: Annotated[str | None, typer.Option("--owner", metavar="USER", help="Who sees to it.")] = None,
    text: NoteOption = None,
    by: ByOption = None,
) -> None:
    """Give a break an owner, a resolution, a note; goes to the log."""
    from mofang_pipeline.reconciliation.decisions import Choice, decide

    choice = Choice(owner=owner, resolution=resolution, note=text)
    entry = decide(_home(), actor=by or getpass.getuser(), campaign=campaign, item_id=item, choice=choice)
    note(f"{campaign} {item}: decided (entry {entry.seq})")


@breaks_app.command("matches")
def list_matches(
    campaign: CampaignOption = ALL, as_of: AsOfOption = None, chosen: FormatOption = None
) -> None:
    """One redemption of several grants, one posting of several redemptions, and the reverse: what may be confirmed."""
    from mofang_pipeline.reconciliation import work_list

    with _newest(_home()) as connection:
        day = as_of or _last_reconciled(connection)
        found = work_list.suggestions(connection, work_list.Scope(day, _one(campaign)))
    _show(found, ("campaign", "match_id", "shape", "grants", "statements", "entries", "amount_fen"), chosen)


MatchArgument = Annotated[
    str, typer.Argument(metavar="MATCH", help="match_id, as `breaks matches` shows it.")
]


@breaks_app.command("confirm")
def confirm_match(
    campaign: CampaignArgument, match: MatchArgument, text: NoteOption = None, by: ByOption = None
) -> None:
    """Make a suggested match one item, from the next reconciliation on."""
    from mofang_pipeline.reconciliation.decisions import confirm

    entry = confirm(
        _home(), actor=by or getpass.getuser(), campaign=campaign, match_id=match, note=text or ""
    )
    note(f"{campaign} {match}: confirmed (entry {entry.seq}); counted by the next reconciliation")


@breaks_app.command("withdraw")
def withdraw_match(
    campaign: CampaignArgument, match: MatchArgument, text: NoteOption = None, by: ByOption = None
) -> None:
    """Take a confirmed match back."""
    from mofang_pipeline.reconciliation.decisions import withdraw

    entry = withdraw(
        _home(), actor=by or getpass.getuser(), campaign=campaign, match_id=match, note=text or ""
    )
    note(f"{campaign} {match}: withdrawn (entry {entry.seq}); counted by the next reconciliation")


@contextmanager
def _newest(home: "Home") -> Iterator["duckdb.DuckDBPyConnection"]:
    from mofang_pipeline.cli.reading import newest_lake

    with newest_lake(home) as connection:
        yield connection


def _last_landed(connection: "duckdb.DuckDBPyConnection") -> date:
    row = connection.execute("select max(dt) from mart.landing_file").fetchone()
    if row is None or row[0] is None:
        raise CommandError("nothing has landed yet: mofang run --from DAY --to DAY")
    return date.fromisoformat(str(row[0]))


def _last_reconciled(connection: "duckdb.DuckDBPyConnection") -> date:
    from mofang_pipeline.reconciliation.work_list import latest_day

    day = latest_day(connection)
    if day is None:
        raise CommandError("nothing is reconciled yet: mofang reconcile --as-of DAY")
    return day


def _one(campaign: str) -> str | None:
    return None if campaign == ALL else campaign


def _show(found: list[dict[str, Any]], columns: Sequence[str], chosen: Format | None) -> None:
    rows = [tuple(each[name] for name in columns) for each in found]
    show(Rows(tuple(columns), rows), chosen or Format.table)


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()
