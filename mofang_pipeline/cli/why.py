"""`mofang reasons` and `mofang explain`: why customers moved along a link, and why one customer is where it is."""

from dataclasses import astuple, fields
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from mofang_pipeline.cli.arguments import (
    Basis,
    BasisOption,
    DayOption,
    FormatOption,
    FromOption,
    LanguageOption,
    OrgOption,
    ToOption,
    ordered,
    parse_day,
)
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Format, Rows, show

if TYPE_CHECKING:
    import duckdb

    from mofang_pipeline.explanations import Standing
    from mofang_pipeline.home import Home

PATH = ("node_id", "name", "condition", "values", "result", "taken")
MOVE = ("from_segment", "to_segment", "cause", "split_node")
UNKNOWN = "there is no customer {customer} on {day}; give the token, or the customer_key of customer_wide"


def add_to(app: typer.Typer) -> None:
    """These commands under `mofang`."""
    app.command("reasons")(reasons)
    app.command("explain")(explain)


def reasons(
    first: FromOption,
    last: ToOption,
    from_segment: Annotated[
        str, typer.Option("--from-segment", metavar="NODE", help="A leaf or inner node.")
    ],
    to_segment: Annotated[str, typer.Option("--to-segment", metavar="NODE", help="A leaf or inner node.")],
    org: OrgOption = None,
    basis: BasisOption = Basis.actual,
    chosen: FormatOption = None,
) -> None:
    """Why customers moved from a segment to another: which conditions flipped, most customers first."""
    from mofang_pipeline import flows
    from mofang_pipeline import reasons as engine
    from mofang_pipeline.cli.reading import organisation, published_lake, require_computed, rules_of_day
    from mofang_pipeline.home import Home

    ordered(first, last)
    home = Home()
    with published_lake(home) as connection:
        place = organisation(connection, org)
        require_computed(connection, place, first, last)
        rules = rules_of_day(home, first), rules_of_day(home, last)
        window = flows.Window(place.code, place.level, first, last, *rules)
        same_rules = basis is Basis.same_rules
        found = engine.reasons(connection, window, from_segment, to_segment, same_rules=same_rules)
    names = tuple(field.name for field in fields(engine.Reason))
    show(Rows(names, [astuple(each) for each in found]), chosen or Format.table)


def explain(
    customer: Annotated[str, typer.Option("--customer", metavar="KEY", help="customer_key or token.")],
    day: DayOption,
    first: Annotated[
        date | None,
        typer.Option("--from", parser=parse_day, metavar="YYYY-MM-DD", help="Why it moved since that day."),
    ] = None,
    language: LanguageOption = "zh",
    chosen: FormatOption = None,
) -> None:
    """Why a customer is in its segment: the conditions asked, with its values; or why it moved."""
    from mofang_pipeline.cli.reading import published_lake
    from mofang_pipeline.home import Home

    home = Home()
    with published_lake(home) as connection:
        at = _standing(home, connection, customer, day)
        before = None if first is None else _standing(home, connection, customer, first)
    show(_path(at, language) if before is None else _move(before, at), chosen or Format.table)


def _standing(home: "Home", connection: "duckdb.DuckDBPyConnection", customer: str, day: date) -> "Standing":
    from mofang_pipeline.cli.reading import rules_of_day
    from mofang_pipeline.explanations import customer_row, standing

    row = customer_row(connection, customer, day)
    if row is None:
        raise CommandError(UNKNOWN.format(customer=customer, day=day))
    return standing(row, rules_of_day(home, day), day)


def _path(at: "Standing", language: str) -> Rows:
    from mofang_pipeline.explanations import steps

    rows = [
        (
            each.node.id,
            each.node.zh if language == "zh" else each.node.en,
            each.condition,
            each.values,
            each.result,
            each.taken,
        )
        for each in steps(at)
    ]
    return Rows(PATH, rows)


def _move(before: "Standing", after: "Standing") -> Rows:
    """One row for each predicate that flipped; one without where none did."""
    from dataclasses import replace

    from mofang_pipeline.explanations import Flip, move

    masked = replace(before, row=after.row)
    found = move(before, masked, after)
    head = (found.from_segment, found.to_segment, found.cause, found.split_node)
    names = tuple(field.name for field in fields(Flip))
    nothing = (None,) * len(names)
    return Rows(
        (*MOVE, *names), [(*head, *flip) for flip in [astuple(each) for each in found.flips] or [nothing]]
    )
