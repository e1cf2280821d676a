-- The rolling windows, kept up and never summed again: one row per day and customer who ever did anything.
-- state(day) = state(base_day) + what became known since, where it lies in the window,
--              - what was known by base_day and has left the window since (+ what has entered it).
with

prior as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

fresh as (

    select *
    from {{ ref('int_activity') }}
    where known_day > {{ base_day() }} and known_day <= {{ first_day() }}

),

-- Ledger rows that cross an edge of some window between base_day and today, once for each edge.
crossing as (
    {%- for edge in window_edges() %}

    select {{ edge }} as edge, activity.*
    from {{ ref('int_activity') }} as activity
    where
        not activity.is_late
        and activity.known_day > {{ days_before(base_day(), edge) }}
        and activity.known_day <= {{ days_before(first_day(), edge) }}
        and activity.known_day <= {{ base_day() }}
    union all
    select {{ edge }} as edge, activity.*
    from {{ ref('int_activity') }} as activity
    where
        activity.is_late
        and activity.event_day > {{ days_before(base_day(), edge) }}
        and activity.event_day <= {{ days_before(first_day(), edge) }}
        and activity.known_day > {{ days_before(base_day(), edge) }}
        and activity.known_day <= {{ base_day() }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}

),

changes as (

    select
        customer_key,
        {%- for name, column, near, far in rolling_measures() %}
        {{ name }},
        {%- endfor %}
        case
            when {{ month_start(first_day()) }} = {{ month_start(base_day()) }} then pay_cnt_mtd else 0
        end as pay_cnt_mtd,
        case
            when {{ month_start(first_day()) }} = {{ month_start(base_day()) }} then pay_cnt_prev_month
            when {{ month_start(days_before(month_start(first_day()), 1)) }} = {{ month_start(base_day()) }} then pay_cnt_mtd
            else 0
        end as pay_cnt_prev_month
    from prior
    union all
    select
        customer_key,
        {%- for name, column, near, far in rolling_measures() %}
        case
            when
                event_day > {{ days_before(first_day(), far) }}
                {%- if near %}
                and event_day <= {{ days_before(first_day(), near) }}
                {%- endif %}
                then {{ column }}
            else 0
        end as {{ name }},
        {%- endfor %}
        case when event_day >= {{ month_start(first_day()) }} then pay_cnt else 0 end as pay_cnt_mtd,
        case
            when
                event_day < {{ month_start(first_day()) }}
                and event_day >= {{ month_start(days_before(month_start(first_day()), 1)) }}
                then pay_cnt
            else 0
        end as pay_cnt_prev_month
    from fresh
    union all
    select
        customer_key,
        {%- for name, column, near, far in rolling_measures() %}
        case edge when {{ far }} then -{{ column }}{% if near %} when {{ near }} then {{ column }}{% endif %} else 0 end
            as {{ name }},
        {%- endfor %}
        0 as pay_cnt_mtd,
        0 as pay_cnt_prev_month
    from crossing

)

select
    {{ first_day() }} as day,
    customer_key,
    {%- for name, column, near, far in rolling_measures() %}
    cast(sum({{ name }}) as bigint) as {{ name }},
    {%- endfor %}
    cast(sum(pay_cnt_mtd) as bigint) as pay_cnt_mtd,
    cast(sum(pay_cnt_prev_month) as bigint) as pay_cnt_prev_month
from changes
group by customer_key
