-- Assets at the end of the last day less those at the end of the day before the first: aum_change. Unknown is 0.
with

held as (

    select
        customer_key,
        aum_fen,
        dt < $first as is_before,
        row_number() over (
            partition by customer_key order by dt desc, updated_at desc nulls last, seq desc
        ) as place,
        row_number() over (
            partition by customer_key, dt < $first order by dt desc, updated_at desc nulls last, seq desc
        ) as place_before
    from landed.holding
    where dt <= $last and customer_key in (select customer_key from campaign_subject)

)

select
    customer_key,
    'aum_change' as metric,
    coalesce(sum(case when place = 1 then aum_fen end), 0)
    - coalesce(sum(case when is_before and place_before = 1 then aum_fen end), 0) as value
from held
group by customer_key
