-- What a customer's payment days tell, rolled on from the state of base_day: one row per day and customer who ever
-- paid net. Counted anew are only customers of whom a day in the past changed (`is_late`) or whose longest recent gap
-- leaves its window, and only from the settled days on, which the state carries: the last two payment days that were
-- at least 60 days old when the month began. All days are read for those alone (`whole`) whose past changed before.
{% set settled_by_base = days_before(month_start(base_day()), 60) %}
{% set settled_by_now = days_before(month_start(first_day()), 60) %}
with

earlier as (

    select
        customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on,
        settled_on, settled_before_on
    from {{ this }}
    where day = {{ base_day() }}

),

-- A day between a customer's first and the settled ones may come or go: nothing that is told here depends on it.
fresh as (

    select activity.customer_key, activity.event_day, activity.is_late, activity.pay_cnt
    from {{ ref('int_activity') }} as activity
    left join earlier
        on
            activity.customer_key = earlier.customer_key
            and activity.event_day > earlier.first_paid_on
            and activity.event_day < earlier.settled_before_on
    where
        activity.known_day > {{ base_day() }}
        and activity.known_day <= {{ first_day() }}
        and activity.pay_cnt <> 0
        and earlier.customer_key is null

),

-- A state without settled days that should have them was made before these columns.
whole as (

    select customer_key
    from fresh
    where is_late and event_day <= {{ settled_by_base }}
    union distinct
    select customer_key
    from earlier
    where settled_on is null and first_paid_on <= {{ settled_by_base }}

),

recounted as (

    select customer_key
    from fresh
    where is_late
    union distinct
    select customer_key
    from earlier
    where gap_ended_on <= {{ days_before(first_day(), 30) }}
    union distinct
    select customer_key from whole

),

recounted_days as (

    select activity.customer_key, activity.event_day
    from {{ ref('int_activity') }} as activity
    where
        activity.known_day > {{ settled_by_base }}
        and activity.event_day > {{ settled_by_base }}
        and activity.known_day <= {{ first_day() }}
        and activity.pay_cnt <> 0
        and activity.customer_key in (select recounted.customer_key from recounted)
    group by activity.customer_key, activity.event_day
    having sum(activity.pay_cnt) > 0

),

whole_days as (

    select activity.customer_key, activity.event_day
    from {{ ref('int_activity') }} as activity
    where
        activity.event_day <= {{ settled_by_base }}
        and activity.known_day <= {{ first_day() }}
        and activity.pay_cnt <> 0
        and activity.customer_key in (select whole.customer_key from whole)
    group by activity.customer_key, activity.event_day
    having sum(activity.pay_cnt) > 0

),

anchored as (

    select earlier.customer_key, earlier.settled_on, earlier.settled_before_on
    from earlier
    left join whole on earlier.customer_key = whole.customer_key
    where earlier.settled_on is not null and whole.customer_key is null

),

anchor_days as (

    select customer_key, settled_on as event_day from anchored
    union all
    select customer_key, settled_before_on as event_day
    from anchored
    where settled_before_on is not null

),

rolled_days as (

    select fresh.customer_key, fresh.event_day
    from fresh
    left join recounted on fresh.customer_key = recounted.customer_key
    where recounted.customer_key is null
    group by fresh.customer_key, fresh.event_day
    having sum(fresh.pay_cnt) > 0

),

payment_days as (

    select customer_key, event_day, true as is_recounted from recounted_days
    union all
    select customer_key, event_day, true as is_recounted from whole_days
    union all
    select anchor.customer_key, anchor.event_day, true as is_recounted
    from anchor_days as anchor
    inner join recounted on anchor.customer_key = recounted.customer_key
    union all
    select customer_key, event_day, false as is_recounted from rolled_days
    union all
    select rolled.customer_key, earlier.last_paid_on as event_day, false as is_recounted
    from (select distinct customer_key from rolled_days) as rolled
    inner join earlier on rolled.customer_key = earlier.customer_key

),

gaps as (

    select
        customer_key,
        event_day,
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
        customer_key,
        bool_or(is_recounted) as is_recounted,
        min(event_day) as first_paid_on,
        max(event_day) as last_paid_on,
        max_by(gap_days, event_day) as last_gap_days
    from gaps
    group by customer_key

),

moved as (

    select
        counted.customer_key,
        case
            when counted.is_recounted and anchored.customer_key is null then counted.first_paid_on
            else coalesce(earlier.first_paid_on, counted.first_paid_on)
        end as first_paid_on,
        counted.last_paid_on,
        counted.last_gap_days,
        case when not counted.is_recounted and earlier.gap_before_return_days > coalesce(recent.gap_days, 0)
            then earlier.gap_before_return_days else recent.gap_days end as gap_before_return_days,
        case when not counted.is_recounted and earlier.gap_before_return_days > coalesce(recent.gap_days, 0)
            then earlier.gap_ended_on else recent.gap_ended_on end as gap_ended_on
    from counted
    left join earlier on counted.customer_key = earlier.customer_key
    left join anchored on counted.customer_key = anchored.customer_key
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
    left join recounted on earlier.customer_key = recounted.customer_key
    where moved.customer_key is null and recounted.customer_key is null

),

together as (

    select customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on from kept
    union all
    select customer_key, first_paid_on, last_paid_on, last_gap_days, gap_before_return_days, gap_ended_on from moved

),

-- Everyone's payment days that settle with a new month: none within one. On time or late, both prune files.
ageing as (

    select customer_key, event_day, pay_cnt
    from {{ ref('int_activity') }}
    where not is_late and known_day > {{ settled_by_base }} and known_day <= {{ settled_by_now }}
    union all
    select customer_key, event_day, pay_cnt
    from {{ ref('int_activity') }}
    where
        is_late
        and event_day > {{ settled_by_base }}
        and event_day <= {{ settled_by_now }}
        and known_day > {{ settled_by_base }}
        and known_day <= {{ first_day() }}

),

aged_days as (

    select customer_key, event_day
    from ageing
    group by customer_key, event_day
    having sum(pay_cnt) > 0

),

settling_days as (

    select customer_key, event_day from aged_days
    union all
    select customer_key, event_day from whole_days
    union all
    select customer_key, event_day
    from anchor_days
    where customer_key in (select aged_days.customer_key from aged_days)

),

settled as (

    select
        customer_key,
        max(event_day) as settled_on,
        max_by(day_before, event_day) as settled_before_on
    from (
        select
            customer_key,
            event_day,
            lag(event_day) over (partition by customer_key order by event_day) as day_before
        from settling_days
    ) as paired
    group by customer_key

)

select
    {{ first_day() }} as day,
    together.customer_key,
    together.first_paid_on,
    together.last_paid_on,
    cast(together.last_gap_days as integer) as last_gap_days,
    cast(together.gap_before_return_days as integer) as gap_before_return_days,
    together.gap_ended_on,
    coalesce(settled.settled_on, anchored.settled_on) as settled_on,
    case
        when settled.customer_key is null then anchored.settled_before_on else settled.settled_before_on
    end as settled_before_on
from together
left join settled on together.customer_key = settled.customer_key
left join anchored on together.customer_key = anchored.customer_key
