"""A lake whose one segment set holds 240 customers on one day: enough for what people do with campaigns."""

import hashlib
from datetime import date

from mofang_pipeline import computed_days, lake, published
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables

SET, DAY, CUSTOMERS = "dormant_with_assets", date(2026, 3, 8), 240
WIDE = """
    create table lake.mart.customer_wide as
    select
        $day as day, number as customer_key, ['540000', '510000', '410000'][1 + number % 3] as province,
        cast(null as varchar) as city, number % 10 as contact_cnt_30d
    from range(1, $customers + 1) as numbers(number)
"""
MEMBERS = """
    insert into lake.mart.segment_set_member
    select day, $set_name, 1, 'rolling', province, city, customer_key from lake.mart.customer_wide
"""
PAID = """
    create table lake.int.int_activity as
    select day as known_day, day as event_day, customer_key, 1 as pay_cnt, 100 as pay_amt
    from lake.mart.customer_wide where customer_key % 4 = 0
"""


def token(number: int) -> str:
    return hashlib.sha256(f"customer {number}".encode()).hexdigest()


def build(home: Home) -> Home:
    """The home, with the set's members; a quarter of them paid on DAY, the last computed one."""
    with lake.writer(home) as connection:
        landing_tables.create_tables(connection)
        published.create_tables(connection)
        connection.execute(WIDE, {"day": DAY, "customers": CUSTOMERS})
        connection.execute(PAID)
        connection.execute(MEMBERS, {"set_name": SET})
        identities = [(number, token(number), DAY) for number in range(1, CUSTOMERS + 1)]
        published.insert_rows(connection, "lake.landed.customer_identity", identities)
        computed_days.mark_computed(connection, "segments", [DAY], 1, ["540000"])
    return home
