"""Rewards of five campaigns on the scratch lake, with breaks of every class and a match to confirm, reconciled."""

from benchmarks import reconciliation as planted
from mofang_pipeline import lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.reconciliation.daily import reconcile_days
from mofang_pipeline.reconciliation.facts import Terms

DAY = planted.LAST
NAMES = """
    update mart.campaign set
        zh = case campaign when 'B0' then '春季唤醒' when 'B1' then '绑卡有礼' else '活动 ' || campaign end,
        en = case campaign when 'B0' then 'Spring wake-up' when 'B1' then 'Bind and win'
            else 'Campaign ' || campaign end,
        org_code = case campaign when 'B0' then '540000' when 'B1' then '540100' when 'B2' then '530000'
            else '000000' end
"""
# One redemption of two grants of one customer; and one posting of two redemptions of another, under a name of its own.
TOGETHER = """
    insert into landed.reward_grant by name
    select
        day as dt, 1 as load_id, id as grant_id, 'B0' as campaign_id, 7000000 as customer_key, 'R20' as reward_code,
        2000 as amount_fen, cast(day as timestamp) as granted_at, day as event_day, day as known_day, 1 as sign
    from (values ('GT1', date '2026-03-20'), ('GT2', date '2026-03-21')) as grants (id, day);
    insert into landed.reward_grant by name
    select
        day as dt, 1 as load_id, id as grant_id, 'B0' as campaign_id, 7000001 as customer_key, 'R15' as reward_code,
        1500 as amount_fen, cast(day as timestamp) as granted_at, day as event_day, day as known_day, 1 as sign
    from (values ('GT3', date '2026-03-20'), ('GT4', date '2026-03-21')) as grants (id, day);
    insert into landed.reward_statement by name
    select
        day as dt, 1 as load_id, id as statement_id, 'alipay' as institution_code, grant_id, 'B0' as campaign_id,
        'R15' as reward_code, 'redeem' as event, 1500 as amount_fen, cast(day as timestamp) as event_at,
        day as event_day, day as known_day, 1 as sign
    from (values ('ST3', 'GT3', date '2026-03-23'), ('ST4', 'GT4', date '2026-03-23')) as stated (id, grant_id, day);
    insert into landed.reward_ledger by name
    select
        date '2026-03-24' as dt, 1 as load_id, 'LT1' as entry_id, 'DAY-0323' as statement_id, 'B0' as campaign_id,
        3000 as amount_fen, date '2026-03-24' as posted_on, date '2026-03-24' as event_day,
        date '2026-03-24' as known_day, 1 as sign;
    insert into landed.reward_statement by name
    select
        date '2026-03-22' as dt, 1 as load_id, 'ST1' as statement_id, 'alipay' as institution_code,
        'GT1' as grant_id, 'B0' as campaign_id, 'R20' as reward_code, 'redeem' as event, 4000 as amount_fen,
        timestamp '2026-03-22 12:00:00' as event_at, date '2026-03-22' as event_day, date '2026-03-22' as known_day,
        1 as sign;
    insert into mart.campaign_audience by name
    select 'B0' as campaign, customer_key, 'treatment' as arm, date '2026-03-01' as frozen_on
    from (values (7000000), (7000001)) as customers (customer_key)
"""


def build(home: Home, grants: int = 1600) -> None:
    with lake.writer(home) as connection:
        tables.create_tables(connection)
        published.create_tables(connection)
        connection.execute(published.statement("views/reconciliation"))
        with lake.outside(connection):
            planted.plant(connection, grants)
        for statement in (NAMES, *TOGETHER.split(";")):
            connection.execute(statement)
        reconcile_days(connection, [DAY], terms=Terms())
