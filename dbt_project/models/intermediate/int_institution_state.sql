-- Net payments of the last 30 days by institution, kept up: one row per day, customer and institution paid through.
with

changes as (

    select customer_key, institution_code, pay_cnt_30d, pay_amt_30d
    from {{ this }}
    where day = {{ base_day() }}
    union all
    select customer_key, institution_code, pay_cnt as pay_cnt_30d, pay_amt as pay_amt_30d
    from {{ ref('int_institution_activity') }}
    where
        known_day > {{ base_day() }}
        and known_day <= {{ first_day() }}
        and event_day > {{ days_before(first_day(), 30) }}
    union all
    select customer_key, institution_code, -pay_cnt as pay_cnt_30d, -pay_amt as pay_amt_30d
    from {{ ref('int_institution_activity') }}
    where
        event_day > {{ days_before(base_day(), 30) }}
        and event_day <= {{ days_before(first_day(), 30) }}
        and known_day > {{ days_before(base_day(), 30) }}
        and known_day <= {{ base_day() }}

)

select
    {{ first_day() }} as day,
    customer_key,
    institution_code,
    cast(sum(pay_cnt_30d) as bigint) as pay_cnt_30d,
    cast(sum(pay_amt_30d) as bigint) as pay_amt_30d
from changes
group by customer_key, institution_code
having sum(pay_cnt_30d) <> 0 or sum(pay_amt_30d) <> 0
