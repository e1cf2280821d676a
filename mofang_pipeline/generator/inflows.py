"""Money coming in: payroll, pension, subsidy, crop money and transfers, on the customer's first card."""

ROWS = """
with busy as (
    select * from busy_day where number between $first and $last
),
holder as (
    select life.number, life.key, is_rural, born, card.opened, card.closed
    from life join card on card.number = life.number and card.card = 1
    where card.opened <= $last and card.closed > $first
),
regular as (
    select number, key, born, opened, closed,
        [10, 15, 25][1 + pick(key, 'payroll day', 3)] as payroll_day,
        15 + pick(key, 'pension day', 6) as pension_day,
        5 + pick(key, 'subsidy day', 20) as subsidy_day,
        draw(key, 'payroll') < 0.25 as has_payroll,
        draw(key, 'pension') < 0.65 as has_pension,
        is_rural and draw(key, 'subsidy') < 0.15 as has_subsidy,
        is_rural and draw(key, 'crop') < 0.10 as has_crop
    from holder
),
payroll as (
    select regular.*, busy.number as day, 'payroll' as kind, 4500 as median, 0.5 as sigma
    from regular join busy on busy.day_of_month = payroll_day
    where has_payroll and age_on(busy.number, born) between 16 and 59
),
pension as (
    select regular.*, busy.number as day, 'pension' as kind, 1200 as median, 0.9 as sigma
    from regular join busy on busy.day_of_month = pension_day
    where has_pension and age_on(busy.number, born) >= 60
),
subsidy as (
    select regular.*, busy.number as day, 'subsidy' as kind, 300 as median, 0.7 as sigma
    from regular join busy on busy.day_of_month = subsidy_day
    where has_subsidy and busy.month % 3 = pick(key, 'subsidy month', 3)
),
crop as (
    select regular.*, busy.number as day, 'crop' as kind, 6000 as median, 0.8 as sigma
    from regular join busy on busy.day_of_month = 1 + pick(key, 'crop day', 28)
    where has_crop and busy.month = 9 + pick(key, 'crop month', 3)
),
transfer as (
    select regular.*, busy.number as day, 'transfer' as kind, 400 as median, 1.5 as sigma
    from regular join busy on busy.day_of_month = 1 + pick(key, 'transfer day', 31)
    where draw(key, 'gets transfers') < 0.6
),
every as (
    from payroll union all from pension union all from subsidy union all from crop union all from transfer
),
dated as (
    select *, hash(xor(key, hash(day))) as day_key, left(kind, 2) as mark from every
    where day >= opened and day < closed
)
select day,
    'I' || strftime(as_date(day), '%Y%m%d') || mark || customer_name(number) as inflow_id,
    account_name(number, 1) as account_id,
    as_time(day, 21600 + pick(day_key, kind || ' time', 43200)) as received_at,
    greatest(money(median, sigma, 0.9 * normal(key, kind) + 0.4 * normal(day_key, kind)), 1) as amount_fen,
    kind
from dated
order by day, number, kind
"""
