"""The results of one campaign whose audience counts millions, against the same sums in bare DuckDB.

python -m benchmarks.audience --customers 2000000

Every customer is in the audience, half of it treated; each has payments on about ten days of the window and the equal
period before. Measured: raw and cuped of five metrics, as a night does. Baseline: the sums of pay_cnt and pay_amt
alone, of both periods, in one query over the same rows as a plain table.
"""

import argparse
import shutil
import tempfile
import time
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.campaigns import results
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables
from mofang_pipeline.rulebook.read_campaigns import campaign_of

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 30)
CAMPAIGN = {
    "campaign": "wide", "zh": "大活动", "org": "000000", "audience": {"set": "everybody"},
    "arms": {"treatment": Decimal("0.5"), "control": Decimal("0.5")},
    "window": {"from": FIRST.isoformat(), "to": LAST.isoformat()},
    "plan": {"primary": "pay_cnt", "metrics": ["pay_rate", "pay_cnt", "pay_amt"],
             "guardrails": ["complaint_rate", "unbind_rate"]},
}  # fmt: skip
AUDIENCE = """
    insert into lake.mart.campaign_audience by name
    select
        'wide' as campaign, number as customer_key, case when number % 2 = 0 then 'treatment' else 'control' end as arm,
        $first as frozen_on
    from range(1, $customers + 1) as numbers (number)
"""
# A sixth of the customers each day, with amounts by hash.
ACTIVITY = """
    create or replace table lake.int.int_activity as
    select
        $first - 30 + cast(day as integer) as known_day, $first - 30 + cast(day as integer) as event_day,
        number as customer_key, cast(1 as bigint) as pay_cnt, cast(100 + hash(number, day) % 9900 as bigint) as pay_amt
    from range(60) as days (day), range(1, $customers + 1) as numbers (number)
    where hash(number * 61 + day) % 6 = 0
    order by known_day
"""
BARE = """
    with each_customer as (
        select
            customer_key,
            sum(case when event_day >= $first then pay_cnt else 0 end) as y_cnt,
            sum(case when event_day < $first then pay_cnt else 0 end) as x_cnt,
            sum(case when event_day >= $first then pay_amt else 0 end) as y_amt,
            sum(case when event_day < $first then pay_amt else 0 end) as x_amt
        from activity where event_day between $first - 30 and $last
        group by customer_key
    )
    select
        arm, sum(y_cnt), sum(y_cnt * y_cnt), sum(x_cnt), sum(x_cnt * x_cnt), sum(x_cnt * y_cnt),
        sum(y_amt), sum(y_amt * y_amt), sum(x_amt), sum(x_amt * x_amt), sum(x_amt * y_amt)
    from each_customer inner join audience using (customer_key)
    group by arm
"""


def plant(connection: duckdb.DuckDBPyConnection, customers: int) -> None:
    tables.create_tables(connection)
    published.create_tables(connection)
    connection.execute(AUDIENCE, {"first": FIRST, "customers": customers})
    connection.execute(ACTIVITY, {"first": FIRST, "customers": customers})


def bare(connection: duckdb.DuckDBPyConnection) -> float:
    """Seconds of the same sums over plain tables in memory."""
    connection.execute("create or replace temp table activity as select * from lake.int.int_activity")
    connection.execute(
        "create or replace temp table audience as select customer_key, arm from lake.mart.campaign_audience"
    )
    started = time.monotonic()
    connection.execute(BARE, {"first": FIRST, "last": LAST}).fetchall()
    return time.monotonic() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--customers", type=int, default=2_000_000)
    customers = parser.parse_args().customers
    folder = Path(tempfile.mkdtemp(prefix="mofang-bench-"))
    try:
        with lake.writer(Home(home=folder)) as connection:
            plant(connection, customers)
            [(rows,)] = connection.execute("select count(*) from int.int_activity").fetchall()
            campaign = campaign_of(CAMPAIGN, Path("wide.yaml"))
            started = time.monotonic()
            effects = results.read(connection, campaign, LAST).effects
            seconds = time.monotonic() - started
            base = bare(connection)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{customers:,} customers in the audience, {rows:,} days of payments, {len(effects)} effects")
    print(f"  {seconds:.1f} s; bare sums of two metrics {base:.1f} s, ratio {seconds / base:.2f}")
    for each in effects[:6]:
        low, high = each.estimate.ci_low, each.estimate.ci_high
        print(f"  {each.metric:12} {each.method:6} {each.estimate.effect:12.5f} [{low}, {high}]")


if __name__ == "__main__":
    main()
