"""Prints rows to stdout as a table, JSON or CSV, and nothing else there: notes and progress go to stderr."""

import csv
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from math import isfinite
from typing import Any

TABLE_ROWS = 1000  # more than this, nobody reads in a terminal


class Format(StrEnum):
    table = "table"
    json = "json"
    csv = "csv"


@dataclass(frozen=True)
class Rows:
    """Named columns and rows, which may come from a query that still runs."""

    columns: tuple[str, ...]
    rows: Iterable[tuple[Any, ...]]


def show(result: Rows, chosen: Format) -> None:
    writers: dict[Format, Callable[[Rows], None]] = {
        Format.json: _as_json,
        Format.csv: _as_csv,
        Format.table: _as_table,
    }
    writers[chosen](result)
    sys.stdout.flush()


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _as_json(result: Rows) -> None:
    """One object a line within one list: readable as a whole and, a line at a time, by eye."""
    separator = "[\n"
    for row in result.rows:
        record = dict(zip(result.columns, map(plain, row), strict=True))
        sys.stdout.write(separator + json.dumps(record, ensure_ascii=False))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


def _as_csv(result: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(result.columns)
    writer.writerows([_cell(value, missing="") for value in row] for row in result.rows)


def _as_table(result: Rows) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    rows = iter(result.rows)
    shown = [[_cell(value, missing="") for value in row] for row in islice(rows, TABLE_ROWS)]
    numeric = _numeric(shown, len(result.columns))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column, is_number in zip(result.columns, numeric, strict=True):
        table.add_column(column, justify="right" if is_number else "left", no_wrap=True)
    for row in shown:
        table.add_row(*map(Text, row))
    # As wide as the rows: a cut name or number is worse than a wrapped line.
    console = Console(width=100_000, soft_wrap=True)
    console.print(table, crop=False)
    left_over = sum(1 for _ in rows)
    if left_over:
        note(f"{left_over:,} more rows; --format csv or json prints all")


def _numeric(rows: list[list[str]], columns: int) -> list[bool]:
    return [all(_is_number(row[place]) for row in rows) for place in range(columns)]


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdigit() or text == ""


def _cell(value: Any, *, missing: str) -> str:
    value = plain(value)
    if value is None:
        return missing
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else str(value)


def plain(value: Any) -> Any:
    """A value as JSON knows it: ISO dates, numbers, NULL for what is no number."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def fetched(connection: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of the connection's last query, some thousands at a time."""
    while batch := connection.fetchmany(10_000):
        yield from batch
