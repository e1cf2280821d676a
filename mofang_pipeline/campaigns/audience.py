"""The audience of a campaign: chosen once, put into arms by a salted hash, never changed afterwards.

int.campaign_assignment is what was fixed: tokens and arms. mart.campaign_audience are those of them who are customers
of the bank; ids of an imported file that name nobody are kept, reported, and join when their customer lands.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from mofang_pipeline.assignment import place_sql, places_of, ranges
from mofang_pipeline.campaigns.quarter import Quarter
from mofang_pipeline.landing.identity import hmac_pads, token
from mofang_pipeline.published import statement
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.campaign import Campaign

Connection = duckdb.DuckDBPyConnection
COLUMNS = ("customer_id", "arm")
SCOPES = {
    "hq": "true",
    "tier1": "member.province = $org",
    "tier2": "member.city = $org",
}  # by the level of $org


@dataclass(frozen=True)
class Fixed:
    """What freezing fixed: customers by arm, and a hash over all (token, arm)."""

    arms: dict[str, int]
    audience_hash: str

    @property
    def customers(self) -> int:
        return sum(self.arms.values())


def global_salt(day: date) -> str:
    """Another salt each quarter of the year, so that the global control group rotates."""
    return f"global-control {Quarter.of(day)}"


def assign_set(
    connection: Connection, campaign: Campaign, *, org_level: str, as_of: date, global_share: Decimal
) -> Fixed:
    """Fixes the audience of a campaign over a segment set, as the set is on `as_of`; replaces an earlier try.

    Left out before any lot is drawn, and recorded with the reason: the global control group, who was contacted too
    often, who is in a campaign of the same days with the same or a higher priority.
    """
    arms = ranges(campaign.arms)
    scope = SCOPES[org_level]
    query = statement("campaigns/candidates").replace("{scope}", scope)
    query = query.replace("{global_place}", place_sql("$global_salt", "identity.token"))
    query = query.replace("{place}", place_sql("$campaign", "identity.token"))
    values = {
        "campaign": campaign.id,
        "set_name": campaign.set_name,
        "as_of": as_of,
        "first": campaign.first,
        "last": campaign.last,
        "priority": campaign.priority,
        "frequency_cap": campaign.frequency_cap,
        "global_salt": global_salt(campaign.first),
        "global_end": places_of(global_share),
        "arms": [arm for arm, _, _ in arms],
        "firsts": [first for _, first, _ in arms],
        "ends": [end for _, _, end in arms],
    }
    values |= {"org": campaign.org_code} if "$org" in scope else {}
    connection.execute(f"create or replace temp table campaign_candidate as {query}", values)
    return _fix(connection, campaign.id, as_of)


def assign_import(connection: Connection, campaign: Campaign, token_key: bytes) -> Fixed:
    """Fixes the audience of a trial that was assigned elsewhere. Ids are hashed on the way in and kept nowhere.

    Refused where the file is missing, lacks a column, has an empty cell or puts an id in two arms.
    """
    path = campaign.import_path
    if path is None or not path.is_file():
        raise Refused(f"{campaign.file}: the audience's file is missing", f"{campaign.file}：名单文件不存在")
    inner, outer = hmac_pads(token_key)
    _require_columns(connection, campaign, path)
    connection.execute(
        f"""
        create or replace temp table campaign_candidate as
        select distinct null::bigint as customer_key, {token("trim(customer_id)")} as token, trim(arm) as arm,
            null::varchar as reason, null::varchar as other_campaign
        from {_read(path)}
        """,
        {"inner": inner, "outer": outer, "path": str(path)},
    )
    [(twice,)] = connection.execute(
        "select count(*) from (select token from campaign_candidate group by token having count(*) > 1)"
    ).fetchall()
    if twice:
        raise Refused(
            f"{path.name}: {twice} customer_id(s) are in two arms; an id belongs to one",
            f"{path.name}：有 {twice} 个 customer_id 同时属于两组，须唯一",
        )
    return _fix(connection, campaign.id, campaign.first)


def _read(path: Path) -> str:
    reader = (
        "read_csv($path, header = true, all_varchar = true, delim = ',', quote = '\"', strict_mode = false)"
    )
    return f"{reader} where coalesce(trim(customer_id), '') <> '' or coalesce(trim(arm), '') <> ''"


def _require_columns(connection: Connection, campaign: Campaign, path: Path) -> None:
    try:
        [(rows, empty)] = connection.execute(
            f"""select count(*), count(*) filter (coalesce(trim(customer_id), '') = '' or coalesce(trim(arm), '') = '')
            from {_read(path)}""",
            {"path": str(path)},
        ).fetchall()
    except duckdb.Error:
        raise Refused(
            f"{path.name}: cannot be read; it needs the columns {', '.join(COLUMNS)}, UTF-8, comma-separated",
            f"{path.name}：无法读取；须为 UTF-8 逗号分隔，含列 {', '.join(COLUMNS)}",
        ) from None
    if empty:
        raise Refused(
            f"{path.name}: {empty} row(s) lack customer_id or arm; fill or remove them",
            f"{path.name}：有 {empty} 行缺少 customer_id 或 arm，请补齐或删除",
        )
    if not rows:
        raise Refused(f"{path.name}: no customer is in it", f"{path.name}：名单为空")


def _fix(connection: Connection, campaign_id: str, frozen_on: date) -> Fixed:
    """Writes what campaign_candidate says, in one transaction, in place of an earlier try."""
    values = {"campaign": campaign_id, "frozen_on": frozen_on}
    connection.execute("begin")
    try:
        for table in ("int.campaign_assignment", "mart.campaign_left_out"):
            connection.execute(f"delete from {table} where campaign = $campaign", {"campaign": campaign_id})
        connection.execute(
            """insert into int.campaign_assignment by name
            select $campaign as campaign, token, arm, $frozen_on as frozen_on
            from campaign_candidate where reason is null order by token""",
            values,
        )
        connection.execute(
            """insert into mart.campaign_left_out by name
            select $campaign as campaign, customer_key, token, reason, other_campaign
            from campaign_candidate where reason is not null order by token""",
            {"campaign": campaign_id},
        )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return fixed(connection, campaign_id)


def fixed(connection: Connection, campaign_id: str) -> Fixed:
    """What is fixed of the campaign, with the hash that tells whether it still is what was frozen."""
    [(arms, digest)] = connection.execute(
        """
        select
            (select map_from_entries(list((arm, customers) order by arm)) from (
                select arm, count(*) as customers from int.campaign_assignment where campaign = $campaign group by arm
            )),
            sha256(coalesce(string_agg(token || arm, '' order by token), ''))
        from int.campaign_assignment where campaign = $campaign
        """,
        {"campaign": campaign_id},
    ).fetchall()
    return Fixed(dict(arms or {}), digest[:16])


def publish_audience(connection: Connection, campaign_id: str, as_of: date) -> int:
    """mart.campaign_audience: those fixed who are customers by `as_of`; how many ids are nobody's. Writes on change."""
    values = {"campaign": campaign_id, "as_of": as_of}
    [(known, unknown, published, reported)] = connection.execute(
        """
        select
            count(identity.token), count(*) - count(identity.token),
            (select count(*) from mart.campaign_audience where campaign = $campaign),
            (select count(*) from mart.campaign_left_out where campaign = $campaign and reason = 'unknown_customer')
        from int.campaign_assignment as assigned
        left join landed.customer_identity as identity
            on assigned.token = identity.token and identity.first_dt <= $as_of
        where assigned.campaign = $campaign
        """,
        values,
    ).fetchall()
    if (known, unknown) != (published, reported):
        connection.execute("begin")
        for query in (
            "delete from mart.campaign_audience where campaign = $campaign",
            "delete from mart.campaign_left_out where campaign = $campaign and reason = 'unknown_customer'",
        ):
            connection.execute(query, {"campaign": campaign_id})
        connection.execute(statement("campaigns/audience"), values)
        connection.execute(statement("campaigns/unknown"), values)
        connection.execute("commit")
    return int(unknown)
