"""A small bank whose wide table is written straight into a lake, so that sets and pushes can be tested in seconds.

Customers are numbered from 1; what each is like follows from its number and the day. Segments are the real tree's.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from mofang_pipeline import computed_days, lake, published, segments, trees
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.rulebook import read_rulebook
from mofang_pipeline.rulebook.columns import COLUMNS

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 8)
CUSTOMERS = 240
SQL_TYPES = {"int": "bigint", "money": "bigint", "date": "date", "text": "varchar", "bool": "boolean"}
# Provinces by number; every third customer is bound and asleep for `number` days, others are active or not bound.
WIDE = """
    insert into lake.mart.customer_wide by name
    select
        $day as day, date_trunc('month', $day)::date as month_start, number as customer_key,
        ['540000', '510000', '410000'][1 + number % 3] as province,
        case when number % 3 = 0 then '540100' end as city,
        'active' as status, 20 + number % 60 as age, 'F' as gender, false as is_rural, 900 as tenure_days,
        true as has_mobile, false as id_expired, 1 as debit_cards, 1 as bindable_cards, 500 as newest_card_age_days,
        case when number % 4 = 0 then 0 else 1 end as bound_agreements,
        case when number % 4 = 0 then 0 else 1 end as bound_institutions, number % 4 <> 0 as ever_bound,
        400 as days_since_first_bind, 400 as days_since_last_bind,
        case when number % 4 <> 0 then 1 + number % 500 + date_diff('day', $first, $day) end as days_since_last_paid,
        900 as days_since_first_paid, 0 as pay_cnt_30d, 0 as pay_amt_30d, 0 as pay_cnt_prev90_before_30d,
        1000000 as deposit_fen, 100000 * (number % 500) as aum_fen, 0 as gap_before_return_days,
        0 as inflow_payroll_90d, 0 as inflow_pension_90d, 0 as inflow_subsidy_90d
    from range(1, $customers + 1) as numbers(number)
"""


def token(number: int) -> str:
    return hashlib.sha256(f"customer {number}".encode()).hexdigest()


def build(
    home: Home, days: Sequence[date] = (FIRST, FIRST + timedelta(days=1), LAST), customers: int = CUSTOMERS
) -> Home:
    """The home, now with the wide table, segments and identities of `days`."""
    with lake.writer(home) as connection:
        landing_tables.create_tables(connection)
        published.create_tables(connection)
        columns = ", ".join(f"{name} {SQL_TYPES[kind]}" for name, kind in COLUMNS.items())
        connection.execute(f"create table lake.mart.customer_wide (customer_key bigint, {columns})")
        _land(connection, customers)
        trees.write_tree(connection, read_rulebook(home.rulebook), days)
        for day in days:
            compute(home, connection, day, customers)
    return home


def compute(home: Home, connection: duckdb.DuckDBPyConnection, day: date, customers: int = CUSTOMERS) -> None:
    rulebook = read_rulebook(home.rulebook)
    connection.execute("delete from lake.mart.customer_wide where day = $day", {"day": day})
    connection.execute(WIDE, {"day": day, "first": FIRST, "customers": customers})
    segments.write_membership(connection, rulebook, day)
    computed_days.mark_computed(connection, "wide", [day], 1)
    computed_days.mark_segmented(connection, [day], rulebook.tier1_codes)


def _land(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    published.write_organisations(connection, read_rulebook(Home().rulebook))
    numbers = range(1, customers + 1)
    identities = [(number, token(number), FIRST) for number in numbers]
    published.insert_rows(connection, "lake.landed.customer_identity", identities)
    connection.execute(
        "insert into lake.landed.customer by name "
        "select $dt as dt, 1 as load_id, customer_key as seq, customer_key, '540000' as province_code, "
        "$dt as opened_on, 'active' as status, true as has_mobile, customer_key % 5 <> 0 as consent_marketing "
        "from lake.landed.customer_identity",
        {"dt": FIRST},
    )
