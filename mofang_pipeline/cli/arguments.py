"""The options that several commands share, and how a day is written."""

import re
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from mofang_pipeline.cli.output import Format

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Basis(StrEnum):
    """What a flow compares: the segments as they were, or both days under the earlier day's rules."""

    actual = "actual"
    same_rules = "same-rules"


def parse_day(text: str | date) -> date:
    """YYYY-MM-DD and no other form: a day that is read wrongly gives numbers that look right."""
    if isinstance(text, date):
        return text
    try:
        if not DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write YYYY-MM-DD") from None


def ordered(first: date, last: date) -> None:
    if first > last:
        raise typer.BadParameter(f"--from {first} is after --to {last}")


def _format_of(context: typer.Context, value: Format | None) -> Format:
    """Of the command, else as given before the command, else a table."""
    return value or context.find_root().obj or Format.table


FormatOption = Annotated[
    Format | None, typer.Option("--format", callback=_format_of, help="How to print rows; table by default.")
]
DayOption = Annotated[
    date, typer.Option("--day", parser=parse_day, metavar="YYYY-MM-DD", help="The day to look at.")
]
FromOption = Annotated[
    date, typer.Option("--from", parser=parse_day, metavar="YYYY-MM-DD", help="The first day.")
]
ToOption = Annotated[date, typer.Option("--to", parser=parse_day, metavar="YYYY-MM-DD", help="The last day.")]
BasisOption = Annotated[
    Basis, typer.Option("--basis", help="same-rules: the later day's data under the earlier day's rules.")
]
OrgOption = Annotated[
    str | None, typer.Option("--org", metavar="CODE", help="An organisation's code; head office by default.")
]
OnlyOrgOption = Annotated[
    str | None, typer.Option("--org", metavar="CODE", help="Only of this organisation; of all by default.")
]
PushedOrgOption = Annotated[
    str | None,
    typer.Option("--org", metavar="CODE", help="Whose customers; the campaign's, else all, by default."),
]
OnlyDayOption = Annotated[
    date | None, typer.Option("--day", parser=parse_day, metavar="YYYY-MM-DD", help="Only of this day.")
]


def _language(value: str) -> str:
    if value not in ("zh", "en"):
        raise typer.BadParameter(f"{value}: zh or en")
    return value


LanguageOption = Annotated[
    str, typer.Option("--language", callback=_language, metavar="zh|en", help="Of the names: zh or en.")
]
