-- What a customer's payment days tell, rolled on from the state of base_day: one row per day and customer who ever
-- paid net. A customer is counted anew from the ledger only where rolling on would not do: when a day in the past
-- changed (`is_late`), or when the longest recent gap leaves its window.
with

earlier as (

    select customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on
    from {{ this }}
    where day = {{ base_day() }}

),

fresh as (

    select customer_key, event_day, is_late, pay_cnt
    from {{ ref('int_activity') }}
    where known_day > {{ base_day() }} and known_day <= {{ first_day() }} and pay_cnt <> 0

),

-- Everyone is counted anew when there is no state to roll on from.
unrolled as (

    select distinct fresh.customer_key
    from fresh
    where fresh.is_late or (select count(*) from earlier) = 0

),

expiring as (

    select earlier.customer_key
    from earlier
    left join unrolled on earlier.customer_key = unrolled.customer_key
    where earlier.gap_ended_on <= {{ days_before(first_day(), 30) }} and unrolled.customer_key is null

),

unrolled_days as (

    select activity.customer_key, activity.event_day
    from {{ ref('int_activity') }} as activity
    where
        activity.known_day <= {{ first_day() }}
        and activity.pay_cnt <> 0
        and activity.customer_key in (select unrolled.customer_key from unrolled)
    group by activity.customer_key, activity.event_day
    having sum(activity.pay_cnt) > 0

),

-- The expiring gap ended on a payment day after base_day - 30, so all that still matters lies behind it.
expiring_days as (

    select activity.customer_key, activity.event_day
    from {{ ref('int_activity') }} as activity
    where
        activity.known_day > {{ days_before(base_day(), 30) }}
        and activity.event_day > {{ days_before(base_day(), 30) }}
        and activity.known_day <= {{ first_day() }}
        and activity.pay_cnt <> 0
        and activity.customer_key in (select expiring.customer_key from expiring)
    group by activity.customer_key, activity.event_day
    having sum(activity.pay_cnt) > 0

),

rolled_days as (

    select fresh.customer_key, fresh.event_day
    from fresh
    left join unrolled on fresh.customer_key = unrolled.customer_key
    left join expiring on fresh.customer_key = expiring.customer_key
    where unrolled.customer_key is null and expiring.customer_key is null
    group by fresh.customer_key, fresh.event_day
    having sum(fresh.pay_cnt) > 0

),

payment_days as (

    select customer_key, event_day, true as is_whole, true as is_recounted from unrolled_days
    union all
    select customer_key, event_day, false as is_whole, true as is_recounted from expiring_days
    union all
    select customer_key, event_day, false as is_whole, false as is_recounted from rolled_days
    union all
    select rolled.customer_key, earlier.last_paid_on as event_day, false as is_whole, false as is_recounted
    from (select distinct customer_key from rolled_days) as rolled
    inner join earlier on rolled.customer_key = earlier.customer_key

),

gaps as (

    select
        customer_key,
        event_day,
        is_whole,
        is_recounted,
        {{ days_between(
            'lag(event_day) over (partition by customer_key order by event_day)', 'event_day'
        ) }} as gap_days
    from payment_days

),

recent as (

    select
        customer_key,
        max(gap_days) as gap_days,
        max_by(event_day, gap_days * 100000 + {{ days_between("cast('1990-01-01' as date)", 'event_day') }})
            as gap_ended_on
    from gaps
    where gap_days is not null and event_day > {{ days_before(first_day(), 30) }}
    group by customer_key

),

counted as (

    select
        gaps.customer_key,
        bool_or(gaps.is_whole) as is_whole,
        bool_or(gaps.is_recounted) as is_recounted,
        min(gaps.event_day) as first_paid_on,
        max(gaps.event_day) as last_paid_on,
        max_by(gaps.gap_days, gaps.event_day) as last_gap_days
    from gaps
    group by gaps.customer_key

),

moved as (

    select
        counted.customer_key,
        counted.last_paid_on,
        case
            when counted.is_whole then counted.first_paid_on
            else coalesce(earlier.first_paid_on, counted.first_paid_on)
        end as first_paid_on,
        case
            when counted.is_whole then counted.last_gap_days
            else coalesce(counted.last_gap_days, earlier.last_gap_days)
        end as last_gap_days,
        case when not counted.is_recounted and earlier.gap_before_return_days > coalesce(recent.gap_days, 0)
            then earlier.gap_before_return_days else recent.gap_days end as gap_before_return_days,
        case when not counted.is_recounted and earlier.gap_before_return_days > coalesce(recent.gap_days, 0)
            then earlier.gap_ended_on else recent.gap_ended_on end as gap_ended_on
    from counted
    left join earlier on counted.customer_key = earlier.customer_key
    left join recent on counted.customer_key = recent.customer_key

),

-- Who was to be counted anew but has no payment day left has no row any more.
kept as (

    select
        earlier.customer_key,
        earlier.first_paid_on,
        earlier.last_paid_on,
        earlier.last_gap_days,
        earlier.gap_before_return_days,
        earlier.gap_ended_on
    from earlier
    left join moved on earlier.customer_key = moved.customer_key
    left join unrolled on earlier.customer_key = unrolled.customer_key
    where moved.customer_key is null and unrolled.customer_key is null

),

final as (

    select customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on from kept
    union all
    select customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on from moved

)

select
    {{ first_day() }} as day,
    customer_key,
    first_paid_on,
    last_paid_on,
    cast(last_gap_days as integer) as last_gap_days,
    cast(gap_before_return_days as integer) as gap_before_return_days,
    gap_ended_on
from final
