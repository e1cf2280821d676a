{{ config(partition_day='known_day', partitioned_by=['known_day', 'is_late'], windows='ledger_ranges') }}
-- The ledger of net payments by institution: one row per known day, event day, customer and institution.
-- Summed over known days up to D it is what was known of the event day on D.
with

counted as (

    select known_day, event_day, customer_key, institution_code, sign as pay_cnt, sign * amount_fen as pay_amt
    from {{ ref('stg_payment') }}
    where
        is_paid
        and {{ known_in_window() }}
    union all
    select known_day, event_day, customer_key, institution_code, pay_cnt, pay_amt
    from {{ ref('int_cancelled_payment') }}
    where known_day between {{ first_day() }} and {{ last_day() }}

)

select
    known_day,
    event_day,
    customer_key,
    coalesce(institution_code, '') as institution_code,
    event_day <> known_day as is_late,
    cast(sum(pay_cnt) as bigint) as pay_cnt,
    cast(sum(pay_amt) as bigint) as pay_amt
from counted
group by known_day, event_day, customer_key, coalesce(institution_code, ''), event_day <> known_day
having sum(pay_cnt) <> 0 or sum(pay_amt) <> 0
