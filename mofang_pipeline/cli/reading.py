"""Read-only connections to the lake for commands, and the questions that several of them ask first.

Most commands read the published snapshot, which changes only when a night is whole. Those that must tell of a
night that failed read the newest state.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows
from mofang_pipeline.home import Home
from mofang_pipeline.serving.publish import NotPublishedError, published

if TYPE_CHECKING:
    from mofang_pipeline.replay import Rules
    from mofang_pipeline.rulebook import Rulebook

Value = str | int | date | None
NOTHING_YET = "nothing is computed yet: mofang run --from DAY --to DAY"
ORGANISATION = """
    select org_code, level from mart.organisation
    where org_code = $code or ($code is null and level = 'hq')
"""
COMPUTED = """
    select status.day
    from mart.day_status as status
    inner join mart.organisation as org
        on org.level = 'hq' or status.province = org.org_code or status.province = org.parent_code
    where org.org_code = $org and status.computed
"""


@dataclass(frozen=True)
class Organisation:
    code: str
    level: str


@contextmanager
def published_lake(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as readers see it; CommandError while nothing is published."""
    try:
        snapshot = published(home).snapshot
    except NotPublishedError:
        raise CommandError(NOTHING_YET) from None
    with closing(lake.connect(home, read_only=True, snapshot=snapshot)) as connection:
        yield connection


@contextmanager
def newest_lake(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as it is this moment; CommandError while there is none."""
    if not any(home.lake.iterdir()):
        raise CommandError(NOTHING_YET)
    with closing(lake.connect(home, read_only=True)) as connection:
        yield connection


def query(connection: duckdb.DuckDBPyConnection, text: str, **values: Value) -> duckdb.DuckDBPyConnection:
    """Runs `text` with each `$name` in it as a typed literal.

    Not as a bound parameter: the first one makes DuckDB import pandas, 2 s for a command that takes 1 s.
    """
    return connection.execute(re.sub(r"\$(\w+)", lambda found: literal(values[found[1]]), text))


def literal(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def rows(connection: duckdb.DuckDBPyConnection, text: str, **values: Value) -> Rows:
    """The whole result of a small query."""
    return fetched_rows(query(connection, text, **values))


def fetched_rows(result: duckdb.DuckDBPyConnection) -> Rows:
    return Rows(tuple(column[0] for column in result.description), result.fetchall())


def organisation(connection: duckdb.DuckDBPyConnection, code: str | None) -> Organisation:
    """The organisation of that code, or head office."""
    found = query(connection, ORGANISATION, code=code).fetchone()
    if found is None:
        raise CommandError(f"there is no organisation {code}; `mofang table organisation` lists them")
    return Organisation(*found)


def require_computed(connection: duckdb.DuckDBPyConnection, org: Organisation, *days: date) -> None:
    """CommandError naming the days that are not computed for the organisation, and those that are."""
    computed = {row[0] for row in query(connection, COMPUTED, org=org.code).fetchall()}
    missing = sorted(set(days) - computed)
    if missing:
        known = f"{min(computed)} to {max(computed)}" if computed else "none"
        named = " and ".join(map(str, missing))
        raise CommandError(f"{named} not computed for {org.code}; days computed: {known}")


def rules_of_day(home: Home, day: date) -> "Rules":
    """Province -> the rules that `day` was computed with."""
    from mofang_pipeline.rules import of_day

    return of_day(home, day)


def rules_in_force(home: Home) -> "Rulebook":
    """The rules that hold now, with all that is known of other days' values."""
    from mofang_pipeline.rules import in_force

    return in_force(home)
