"""`mofang sets ...`: segment sets, listed, looked into, saved and deleted."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import DayOption, FormatOption, OrgOption, parse_day
from mofang_pipeline.cli.output import Format, Rows, note, show

if TYPE_CHECKING:
    from mofang_pipeline.home import Home

app = typer.Typer(help="Segment sets.", no_args_is_help=True, rich_markup_mode=None)
SetArgument = Annotated[str, typer.Argument(metavar="SET", help="A set's id.")]
OneDayOption = Annotated[
    date | None, typer.Option("--day", parser=parse_day, metavar="YYYY-MM-DD", help="The day to look at.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="USER", help="Who does it.")]


@app.command("list")
def list_sets(org: OrgOption = None, chosen: FormatOption = None) -> None:
    """The sets that an organisation sees, in their latest version."""
    from mofang_pipeline.segment_sets.actions import sets_and_problems
    from mofang_pipeline.segment_sets.reading import listed

    home = _home()
    found = listed(home, org)
    for reason in sets_and_problems(home)[2].values():
        note(reason)
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command("show")
def show_set(set_id: SetArgument, org: OrgOption = None, chosen: FormatOption = None) -> None:
    """All versions of a set, and what depends on it."""
    from mofang_pipeline.segment_sets.reading import shown

    found = shown(_home(), set_id, org)
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command()
def usage(set_id: SetArgument, org: OrgOption = None, chosen: FormatOption = None) -> None:
    """Which campaigns and pushes have used a set, and since when they no longer do."""
    from mofang_pipeline.segment_sets import reading

    found = reading.usage(_home(), set_id, org)
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command()
def members(set_id: SetArgument, day: DayOption, org: OrgOption = None, chosen: FormatOption = None) -> None:
    """An organisation's customers in a set on a day."""
    from mofang_pipeline.cli.reading import newest_lake
    from mofang_pipeline.segment_sets import reading

    home = _home()
    with newest_lake(home) as connection:
        found = reading.members(connection, home, set_id, day, org)
    if not found.rows:
        note(f"nobody, unless {day} or this version is not computed yet: mofang run --from {day} --to {day}")
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command()
def sizes(
    set_id: Annotated[str | None, typer.Argument(metavar="SET", help="All by default.")] = None,
    org: OrgOption = None,
    chosen: FormatOption = None,
) -> None:
    """How many customers a set has had, day by day."""
    from mofang_pipeline.cli.reading import newest_lake
    from mofang_pipeline.segment_sets import reading

    home = _home()
    with newest_lake(home) as connection:
        found = reading.sizes(connection, home, set_id, org)
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command()
def overlap(
    pair: Annotated[list[str] | None, typer.Argument(metavar="[SET OTHER]", help="Two sets' ids.")] = None,
    day: OneDayOption = None,
    org: OrgOption = None,
    chosen: FormatOption = None,
) -> None:
    """How many customers two sets have in common: every pair on --day, or SET and OTHER day by day."""
    from mofang_pipeline.cli.reading import newest_lake
    from mofang_pipeline.segment_sets import reading

    names = tuple(pair or ())
    if len(names) != (2 if day is None else 0):
        raise typer.BadParameter("give --day, or the ids of two sets")
    home = _home()
    with newest_lake(home) as connection:
        if day is None:
            found = reading.overlap_days(connection, home, names, org)
        else:
            found = reading.overlaps(connection, home, day, org)
    show(Rows(found.columns, found.rows), chosen or Format.table)


@app.command()
def save(
    file: Annotated[
        Path, typer.Argument(help="YAML as in rulebook/segment_sets.yaml: one set or a list of them.")
    ],
    by: ByOption,
    org: OrgOption = None,
) -> None:
    """A new version of each set in the file."""
    from mofang_pipeline.rulebook.documents import yaml_document
    from mofang_pipeline.segment_sets.actions import known_sets
    from mofang_pipeline.segment_sets.actions import save as save_set

    home = _home()
    content = yaml_document(file, file.name)
    head = known_sets(home)[0].head_office.org_code
    for written in content if isinstance(content, list) else [content]:
        version = save_set(home, actor=by, org_code=org or head, written=written, origin="cli")
        note(f"saved {version.name}")


@app.command()
def delete(set_id: SetArgument, by: ByOption, org: OrgOption = None) -> None:
    """Ends a set; refused while something depends on it."""
    from mofang_pipeline.segment_sets.actions import delete as delete_set
    from mofang_pipeline.segment_sets.actions import known_sets

    home = _home()
    head = known_sets(home)[0].head_office.org_code
    delete_set(home, actor=by, org_code=org or head, set_id=set_id)
    note(f"deleted {set_id}")


def _home() -> "Home":
    from mofang_pipeline.home import Home

    return Home()
