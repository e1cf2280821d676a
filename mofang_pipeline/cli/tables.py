"""`mofang table`: rows of a published table, and of no other."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.output import Rows, fetched
from mofang_pipeline.cli.reading import literal, newest_lake, organisation, published_lake
from mofang_pipeline.home import Home

CATALOGUE = """
    select table_name, list(column_name order by ordinal_position)
    from information_schema.columns
    where table_catalog = 'lake' and table_schema = 'mart'
    group by table_name
    order by table_name
"""
# These tell of what went wrong or of what people did, so they are read as they are now and not as last published.
AS_NOW = (
    "landing_file", "quarantine", "day_status", "data_quality_result", "segment_set", "push_manifest",
    "push_row_status", "campaign", "campaign_audience", "campaign_left_out", "campaign_reward", "campaign_effect",
    "campaign_reading", "campaign_persistence", "campaign_transition", "campaign_funnel", "campaign_roi",
    "campaign_spillover", "campaign_global_effect",
)  # fmt: skip
# What people did is read from the log itself, so that it is there at once and not only after the next run.
FROM_LOG = ("parameter_change", "audit_log")
DAY_COLUMNS = ("day", "dt")
# Each day holds the whole of what was known on it, so without a day the latest one is meant.
AS_OF_DAY = ("campaign_break", "campaign_reconciliation", "match_suggestion")
LATEST = "day = (select max(day) from int.computed_day where kind = 'reconciled')"
LEVEL_COLUMNS = {"tier1": "province", "tier2": "city"}


@contextmanager
def table(home: Home, name: str, day: date | None, org: str | None) -> Iterator[Rows]:
    """The table's rows, still being read, while the context is open."""
    if name in FROM_LOG:
        yield _of_log(home, name, day, org)
        return
    with (newest_lake if name in AS_NOW else published_lake)(home) as connection:
        columns = _columns(connection, name)
        conditions = [*_of_day(name, columns, day), *_of_org(connection, name, columns, org)]
        where = " and ".join(conditions) or "true"
        # The name is one of the catalogue's own, so quoting it is enough.
        connection.execute(f'select * from mart."{name}" where {where} order by all')
        yield Rows(tuple(columns), fetched(connection))


def _of_log(home: Home, name: str, day: date | None, org: str | None) -> Rows:
    from mofang_pipeline import audit

    if day is not None:
        raise CommandError(f"{name} is not kept by day; leave out --day")
    columns = audit.COLUMNS[name]
    place = columns.index("org_code")
    return Rows(columns, [row for row in audit.rows(home, name) if org in (None, row[place])])


def _columns(connection: duckdb.DuckDBPyConnection, name: str) -> list[str]:
    catalogue: dict[str, list[str]] = dict(connection.execute(CATALOGUE).fetchall())
    if name not in catalogue:
        known = ", ".join(catalogue) or "none yet"
        raise CommandError(f"there is no published table {name!r}; published tables: {known}")
    return catalogue[name]


def _of_day(name: str, columns: list[str], day: date | None) -> list[str]:
    if day is None:
        return [LATEST] if name in AS_OF_DAY else []
    column = next((each for each in DAY_COLUMNS if each in columns), None)
    if column is None:
        raise CommandError(f"{name} is not kept by day; leave out --day")
    return [f"{column} = {literal(day)}"]


def _of_org(
    connection: duckdb.DuckDBPyConnection, name: str, columns: list[str], org: str | None
) -> list[str]:
    if org is None:
        return []
    place = organisation(connection, org)
    if "org_code" in columns:
        return [f"org_code = {literal(place.code)}"]
    if place.level == "hq":
        return []
    column = LEVEL_COLUMNS[place.level]
    if column not in columns:
        raise CommandError(f"{name} has no column {column}; leave out --org")
    return [f"{column} = {literal(place.code)}"]
