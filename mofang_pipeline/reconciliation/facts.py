"""What is known on a day, as temporary tables: reward rows, campaigns, confirmed matches. Nothing is judged here.

A reward row counts from its known day on; a correction takes the old version back on its own. So a day's facts are
the same whenever they are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import duckdb

from mofang_pipeline.published import insert_rows
from mofang_pipeline.reconciliation.classes import CLASSES, UNKNOWN


@dataclass(frozen=True)
class Terms:
    """What holds for a campaign that says nothing else: fen of difference allowed, days that a posting may take."""

    tolerance_fen: int = 0
    timing_days: int = 3


@dataclass(frozen=True)
class Match:
    """Rows of the sides that a user confirmed as one item, from day `as_of` until it was taken back."""

    match_id: str
    campaign: str
    as_of: date
    grants: tuple[str, ...]
    statements: tuple[str, ...]
    entries: tuple[str, ...] = ()
    until: date | None = None

    @property
    def rows(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(side, ids) of the three sides."""
        return (GRANT.name, self.grants), (STATEMENT.name, self.statements), (LEDGER.name, self.entries)

    def holds(self, day: date) -> bool:
        return self.as_of <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class Side:
    """One of the three landed tables, as the matching reads it."""

    name: str
    table: str
    key: str
    columns: tuple[str, ...]  # of the landed table, beside key and campaign


GRANT = Side("grant", "reward_grant", "grant_id", ("customer_key", "reward_code", "amount_fen", "granted_at"))
STATEMENT = Side(
    "statement",
    "reward_statement",
    "statement_id",
    ("grant_id", "institution_code", "reward_code", "event", "amount_fen", "event_at"),
)
LEDGER = Side("ledger", "reward_ledger", "entry_id", ("statement_id", "amount_fen", "posted_on"))
SIDES = (GRANT, STATEMENT, LEDGER)


def read_logs(connection: duckdb.DuckDBPyConnection, last: date) -> None:
    """The signed rows of all sides known up to `last`, as <side>_log; read once for all days of a run."""
    for side in SIDES:
        columns = ", ".join(("key", *side.columns)).replace("key", side.key, 1)
        connection.execute(
            f"""
            create or replace temp table {side.name}_log as
            with
            retracted as (select distinct {side.key} as retracted_key from lake.landed.{side.table} where sign < 0)
            select
                {columns}, coalesce(campaign_id, '{UNKNOWN}') as campaign, known_day, sign,
                retracted_key is not null as is_corrected
            from lake.landed.{side.table}
            left join retracted on {side.key} = retracted_key
            where known_day <= $last
            """,
            {"last": last},
        )
    connection.execute(
        "create or replace temp table reward_class as select unnest($names) as class, unnest($places) as place",
        {"names": [each.name for each in CLASSES], "places": list(range(len(CLASSES)))},
    )


def live(side: Side) -> str:
    """SQL: the versions of a side's rows that hold on $as_of. Only corrected rows have versions to weigh up."""
    columns = ", ".join((side.key, *side.columns, "campaign"))
    return f"""
        select {columns} from {side.name}_log where not is_corrected and known_day <= $as_of
        union all
        select {columns} from {side.name}_log where is_corrected and known_day <= $as_of
        group by {columns} having sum(sign) > 0"""


def know_everything(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """<side>_known: all rows that hold on the day."""
    for side in SIDES:
        connection.execute(
            f"create or replace temp table {side.name}_known as {live(side)}", {"as_of": as_of}
        )


def know_campaigns(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """<side>_known: the rows that hold on the day and belong to items of the campaigns in campaign_scope.

    Other campaigns' terms are dropped, so that only those of campaign_scope are counted.
    """
    connection.execute(
        "delete from campaign_term where campaign not in (select campaign from campaign_scope)"
    )
    for statement in (_SCOPED_GRANTS, *map(_scoped, (STATEMENT, LEDGER), (GRANT, STATEMENT))):
        connection.execute(statement, {"as_of": as_of})


_SCOPED_GRANTS = f"""
    create or replace temp table grant_known as
    select * from ({live(GRANT)}) where campaign in (select campaign from campaign_scope)"""


def _scoped(side: Side, before: Side) -> str:
    """A row belongs to the row of the side before that it names; one that names none is its own campaign's."""
    return f"""
        create or replace temp table {side.name}_known as
        with
        mine as ({live(side)}),
        before_known as (select {before.key} as key from {before.name}_known),
        before_live as (select {before.key} as key from ({live(before)})),
        strangers as (
            select mine.* from mine
            where
                campaign in (select campaign from campaign_scope)
                and not exists (select 1 from before_known where key = mine.{before.key})
        )
        select mine.* from mine where exists (select 1 from before_known where key = mine.{before.key})
        union all
        select strangers.* from strangers
        where not exists (select 1 from before_live where key = strangers.{before.key})"""


def read_campaigns(connection: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """campaign_term, campaign_cap and campaign_member: what the campaigns lay down, as far as frozen by `as_of`."""
    for statement in (_TERMS, _CAPS, _MEMBERS):
        connection.execute(statement, {"as_of": as_of} if "$as_of" in statement else {})


# A campaign without an audience cannot say who is outside it.
_TERMS = """
    create or replace temp table campaign_term as
    with
    audience as (
        select campaign, count(*) as members, sum(customer_key) as check_sum,
            sum(case when arm = 'control' then customer_key else 0 end) as control_sum
        from lake.mart.campaign_audience
        where frozen_on <= $as_of
        group by campaign
    )
    select
        campaign.campaign, campaign.from_day, campaign.to_day, campaign.budget_fen,
        cast(json_extract_string(campaign.plan, '$.tolerance_fen') as bigint) as tolerance_fen,
        cast(json_extract_string(campaign.plan, '$.timing_days') as integer) as timing_days,
        coalesce(campaign.frozen_on <= $as_of, false) as is_frozen,
        audience.campaign is not null as has_audience,
        audience.members, audience.check_sum, audience.control_sum
    from lake.mart.campaign as campaign
    left join audience on campaign.campaign = audience.campaign
"""
_CAPS = """
    create or replace temp table campaign_cap as
    select campaign, reward_code, min(cap_per_customer) as cap_per_customer
    from lake.mart.campaign_reward group by campaign, reward_code
"""
_MEMBERS = """
    create or replace temp table campaign_member as
    select campaign, customer_key, bool_or(arm = 'control') as is_control
    from lake.mart.campaign_audience where frozen_on <= $as_of group by campaign, customer_key
"""


def read_matches(connection: duckdb.DuckDBPyConnection, matches: Sequence[Match], as_of: date) -> None:
    """confirmed_row: the rows of the matches that hold on `as_of`; of two that name a row the later one wins."""
    rows = {
        (side, row_id): (match.match_id, match.campaign, side, row_id)
        for match in matches
        if match.holds(as_of)
        for side, ids in match.rows
        for row_id in ids
    }
    connection.execute(
        "create or replace temp table confirmed_row "
        "(match_id varchar, campaign varchar, side varchar, row_id varchar)"
    )
    insert_rows(connection, "confirmed_row", list(rows.values()))


def has_ledger(connection: duckdb.DuckDBPyConnection, as_of: date) -> bool:
    """Whether the bank has given any posting by then; without one, the statement is matched to the grant alone."""
    found = connection.execute("select 1 from ledger_log where known_day <= ? limit 1", [as_of]).fetchone()
    return found is not None
