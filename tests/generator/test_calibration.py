"""The made-up year against the figures of calibration, within what 10,000 customers can tell."""

from collections.abc import Callable

import pytest

Number = Callable[[str], float]
PAID = "kind in ('purchase', 'transfer', 'topup') and amount_fen > 0"
POPULATION = """
    (select * from customer where dt <= date '2025-01-20'
    qualify row_number() over (partition by customer_id order by dt desc) = 1) as customer
    where status in ('active', 'frozen')
"""


@pytest.mark.parametrize(
    ("institution", "share"),
    [("wechat", 0.58), ("alipay", 0.30), ("douyin", 0.04), ("meituan", 0.03), ("jd", 0.02)],
)
def test_share_of_payments(number: Number, institution: str, share: float) -> None:
    measured = number(f"select avg((institution_code = '{institution}')::int) from payment where {PAID}")
    assert measured == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize(
    ("low", "high", "share"),
    [(16, 25, 0.09), (25, 35, 0.17), (35, 45, 0.19), (45, 55, 0.22), (55, 65, 0.18), (65, 200, 0.15)],
)
def test_ages(number: Number, low: int, high: int, share: float) -> None:
    age = "date_diff('day', birth_date, date '2025-01-20') / 365.2425"
    measured = number(f"select avg(({age} >= {low} and {age} < {high})::int) from {POPULATION}")
    assert measured == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize(("institutions", "share"), [(1, 0.38), (2, 0.41), (3, 0.15), (4, 0.06)])
def test_institutions_of_bound_customers(number: Number, institutions: int, share: float) -> None:
    counted = """
        select customer_id, least(count(distinct institution_code), 4) as institutions
        from (
            select account_id, institution_code, agreement_id, arg_max(event, event_at) as event
            from agreement group by all
        ) join (select distinct account_id, customer_id from account) using (account_id)
        where event = 'sign' group by 1
    """
    measured = number(f"select avg((institutions = {institutions})::int) from ({counted})")
    assert measured == pytest.approx(share, abs=0.02)


MONTHLY = f"""
    select account_id, count(*) as payments from payment
    where {PAID} and status = 'success' and paid_at >= date '2024-12-01' and paid_at < date '2024-12-31'
    group by 1
"""


@pytest.mark.parametrize(
    ("figure", "sql", "low", "high"),
    [
        ("purchase median", "select median(amount_fen) from payment where kind = 'purchase'", 2900, 3100),
        ("purchase mean", "select avg(amount_fen) from payment where kind = 'purchase'", 6700, 7300),
        ("transfers", f"select avg((kind <> 'purchase')::int) from payment where {PAID}", 0.077, 0.083),
        ("transfer median", "select median(amount_fen) from payment where kind = 'transfer'", 45000, 55000),
        ("3,000 or more", f"select avg((amount_fen >= 300000)::int) from payment where {PAID}", 0.018, 0.022),
        ("refunds", "select avg((kind = 'refund')::int) from payment", 0.011, 0.013),
        ("failures", f"select avg((status = 'failed')::int) from payment where {PAID}", 0.028, 0.032),
        ("for balance", "select avg((fail_reason = 'insufficient_balance')::int) from payment "
         "where status = 'failed'", 0.47, 0.53),
        ("a month, mean", f"select avg(payments) from ({MONTHLY})", 13.5, 16.5),
        ("a month, median", f"select median(payments) from ({MONTHLY})", 6, 8),
        ("late", "select avg((dt > paid_at::date)::int) from payment where kind <> 'refund'", 0.0045, 0.0062),
        ("very late", "select avg((dt > paid_at::date + 4)::int) from payment", 0.00004, 0.00018),
        ("latest", "select max(dt - paid_at::date) from payment", 8, 10),
        ("population", f"select count(*) from {POPULATION}", 9_900, 10_000),
        ("rural", f"select avg(is_rural::int) from {POPULATION}", 0.67, 0.73),
        ("eve of Spring Festival", "select count(*) filter (dt = date '2025-01-28') / "
         "count(*) filter (dt = date '2025-01-29') from payment", 1.9, 2.4),
        ("Henan to Tibet", "select count(*) filter (province_code = '410000') / "
         f"count(*) filter (province_code = '540000') from {POPULATION}", 15, 50),
    ],
)  # fmt: skip
def test_figure(number: Number, figure: str, sql: str, low: float, high: float) -> None:
    assert low <= number(sql) <= high, figure
