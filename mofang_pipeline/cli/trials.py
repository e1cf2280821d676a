"""`mofang rules preview`: what other values would do to an organisation's customers. Thin: calls trials.py."""

import re
from collections.abc import Callable, Sequence
from dataclasses import astuple, fields
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import FormatOption, OrgOption, ordered, parse_day
from mofang_pipeline.cli.output import Format, Rows, show

if TYPE_CHECKING:
    from mofang_pipeline.home import Home
    from mofang_pipeline.rulebook import Rulebook
    from mofang_pipeline.trials import Migration, Trial

    Shown = Callable[[Home, Rulebook, str, list[Migration]], Rows]

NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,9})?", re.ASCII)
SINGLE = "trial"
Day = typer.Option(parser=parse_day, metavar="YYYY-MM-DD", help="The day to try them on.")


def add_to(app: typer.Typer) -> None:
    """This command under `mofang rules`."""
    app.command("preview")(preview)


def preview(
    org: OrgOption = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="P=V", help="A value to try; repeatable.")
    ] = None,
    trial: Annotated[
        list[str] | None,
        typer.Option("--trial", metavar="NAME:P=V,P=V", help="Several trials side by side; repeatable."),
    ] = None,
    day: Annotated[date | None, Day] = None,
    first: Annotated[
        date | None,
        typer.Option("--from", parser=parse_day, metavar="YYYY-MM-DD", help="The first day of a window."),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option("--to", parser=parse_day, metavar="YYYY-MM-DD", help="The last day of a window."),
    ] = None,
    counts: Annotated[
        bool, typer.Option("--counts", help="Customers of each leaf before and after.")
    ] = False,
    affected: Annotated[
        bool, typer.Option("--affected", help="Segment sets and campaigns that would be touched.")
    ] = False,
    chosen: FormatOption = None,
) -> None:
    """Who would be in which segment under other values, of the same customers, on a day or over a window."""
    from mofang_pipeline.home import Home

    if counts and affected:
        raise typer.BadParameter("--counts and --affected are two tables; choose one")
    shown = _counts if counts else _affected if affected else _matrix
    found = _rows(Home(), org, _trials(values or [], trial or []), *_window(day, first, last), shown)
    show(found, chosen or Format.table)


def _rows(
    home: "Home", org: str | None, trials: Sequence["Trial"], first: date, last: date, shown: "Shown"
) -> Rows:
    from mofang_pipeline import trials as engine
    from mofang_pipeline.cli.reading import organisation, published_lake, require_computed, rules_in_force

    with published_lake(home) as connection:
        place = organisation(connection, org)
        require_computed(connection, place, *sorted({first, last}))
        rulebook = rules_in_force(home)
        found = engine.preview(connection, rulebook, place.code, trials, first, last)
    return shown(home, rulebook, place.code, found)


def _matrix(home: "Home", rulebook: "Rulebook", org: str, found: "list[Migration]") -> Rows:
    from mofang_pipeline.trials import Migration

    return Rows(tuple(field.name for field in fields(Migration)), list(map(astuple, found)))


def _counts(home: "Home", rulebook: "Rulebook", org: str, found: "list[Migration]") -> Rows:
    from mofang_pipeline.trials import LeafCount, counts

    names = (*(field.name for field in fields(LeafCount)), "change")
    rows = counts(rulebook, org, found)
    return Rows(names, [(*astuple(each), each.customers_after - each.customers_before) for each in rows])


def _affected(home: "Home", rulebook: "Rulebook", org: str, found: "list[Migration]") -> Rows:
    from mofang_pipeline.trial_effects import Effect, effects

    rows = effects(home, rulebook, org, found)
    return Rows(tuple(field.name for field in fields(Effect)), list(map(astuple, rows)))


def _window(day: date | None, first: date | None, last: date | None) -> tuple[date, date]:
    """One day, or from one to another."""
    if day is not None and first is None and last is None:
        return day, day
    if day is not None or first is None or last is None:
        raise typer.BadParameter("give either --day, or both --from and --to")
    ordered(first, last)
    return first, last


def _trials(values: list[str], trials: list[str]) -> list["Trial"]:
    from mofang_pipeline.trials import Trial

    made = [Trial(SINGLE, dict(map(_value, values)))] if values else []
    for text in trials:
        name, colon, listed = text.partition(":")
        if not colon or not name.strip():
            raise typer.BadParameter(f"--trial {text}: write name:parameter=value,parameter=value")
        made.append(Trial(name.strip(), dict(map(_value, listed.split(",")))))
    return made


def _value(text: str) -> tuple[str, int | Decimal | str]:
    """The value as a number where it is one; what is none is refused by the check, with the reason."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not equals or not name:
        raise typer.BadParameter(f"{text}: write parameter=value")
    if not NUMBER.fullmatch(value):
        return name, value
    return name, Decimal(value) if "." in value else int(value)
