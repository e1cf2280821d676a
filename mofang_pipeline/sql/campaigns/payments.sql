-- Payments on the days asked for, net of refunds, as known on $as_of: pay_rate, pay_cnt, pay_amt.
with

paid as (

    select
        customer_key,
        sum(pay_cnt) as pay_cnt,
        sum(pay_amt) as pay_amt
    from int.int_activity
    where
        known_day between $first and $as_of
        and event_day between $first and $last
        and customer_key in (select customer_key from campaign_subject)
    group by customer_key

)

select
    customer_key,
    'pay_rate' as metric,
    1 as value
from paid
where pay_cnt > 0
union all
select
    customer_key,
    'pay_cnt' as metric,
    pay_cnt as value
from paid
union all
select
    customer_key,
    'pay_amt' as metric,
    pay_amt as value
from paid
