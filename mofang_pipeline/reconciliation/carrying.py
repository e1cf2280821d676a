"""Which campaigns a day has to count anew, and how the others are carried on from an earlier day.

A campaign is carried on where nothing can have changed since the base day: no row of its items became known, nothing
of it waits for its age, and what people laid down for it is the same. Only its breaks grow older.
"""

from datetime import date

import duckdb

from mofang_pipeline.published import statement
from mofang_pipeline.reconciliation.facts import SIDES, Terms, has_ledger

RESULTS = {
    "result_sum": "lake.mart.campaign_reconciliation",
    "result_break": "lake.int.campaign_break",
    "result_match": "lake.mart.match_suggestion",
    "result_basis": "lake.int.reconciliation_basis",
}
REWARD_TABLES = ", ".join(f"'{side.table}'" for side in SIDES)


def start(connection: duckdb.DuckDBPyConnection, day: date) -> date | None:
    """The day to carry on from, with its rows in the empty results; None where everything is to be counted."""
    base = _base_day(connection, day)
    for result, table in RESULTS.items():
        where = f"day = date '{base}'" if base else "false"
        connection.execute(f"create or replace temp table {result} as select * from {table} where {where}")
    return base


def _base_day(connection: duckdb.DuckDBPyConnection, day: date) -> date | None:
    """The latest day before that is reconciled and knows all reward rows that have landed."""
    row = connection.execute(
        f"""
        select max(reconciled.day)
        from lake.int.computed_day as reconciled
        where
            reconciled.kind = 'reconciled' and reconciled.day < $day
            and not exists (
                select 1 from lake.landed.touch as touch
                where
                    touch.load_id > reconciled.load_id and touch.known_day <= reconciled.day
                    and touch.table_name in ({REWARD_TABLES})
            )
        """,
        {"day": day},
    ).fetchone()
    return row[0] if row else None


def note_basis(connection: duckdb.DuckDBPyConnection, as_of: date, terms: Terms) -> str:
    """campaign_said: in one text a campaign, all that decides beside the rows. Returns that of any other campaign."""
    unsaid = f"{terms.tolerance_fen} {terms.timing_days} {has_ledger(connection, as_of)}"
    connection.execute(_SAID, {"unsaid": unsaid})
    return unsaid


_SAID = """
    create or replace temp table campaign_said as
    with
    said as (
        select campaign, is_frozen, cast(campaign_term as varchar) as what from campaign_term
        union all
        select campaign, false, cast(campaign_cap as varchar) from campaign_cap
        union all
        select campaign, false, cast(confirmed_row as varchar) from confirmed_row
    )
    select
        campaign, bool_or(is_frozen) as is_frozen,
        $unsaid || ' ' || md5(string_agg(what, '|' order by what)) as basis
    from said group by campaign
"""


def find_scope(connection: duckdb.DuckDBPyConnection, base: date, as_of: date, unsaid: str) -> bool:
    """Fills campaign_scope; whether there is anything in it."""
    connection.execute(
        statement("reconciliation/campaign_scope"), {"base": base, "as_of": as_of, "unsaid": unsaid}
    )
    return connection.execute("select 1 from campaign_scope limit 1").fetchone() is not None


def carry(connection: duckdb.DuckDBPyConnection, base: date, as_of: date) -> None:
    """The base day's rows of all campaigns beyond campaign_scope, as rows of the day."""
    older = ", cast(age_days + $days as integer) as age_days"
    for result, aged in (("result_sum", ""), ("result_break", older), ("result_match", "")):
        connection.execute(
            f"""
            insert into {result} by name
            select * replace (cast($as_of as date) as day{aged}) from {result}
            where day = $base and campaign not in (select campaign from campaign_scope)
            """,
            {"base": base, "as_of": as_of} | ({"days": (as_of - base).days} if aged else {}),
        )


def add_basis(connection: duckdb.DuckDBPyConnection, as_of: date, unsaid: str) -> None:
    """Appends what the day's rows rest on to result_basis."""
    connection.execute(
        """
        insert into result_basis by name
        with counted as (select distinct campaign from result_sum where day = $as_of)
        select cast($as_of as date) as day, counted.campaign, coalesce(said.basis, $unsaid) as basis
        from counted left join campaign_said as said on counted.campaign = said.campaign
        """,
        {"as_of": as_of, "unsaid": unsaid},
    )
