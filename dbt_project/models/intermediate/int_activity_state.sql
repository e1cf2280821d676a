-- The rolling windows, kept up and never summed again: one row per day and customer who ever did anything.
-- state(day) = state(base_day) + what became known since, where it lies in the window,
--              - what was known by base_day and has left the window since (+ what has entered it).
with

earlier as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

fresh as (

    select *
    from {{ ref('int_activity') }}
    where known_day > {{ base_day() }} and known_day <= {{ first_day() }}

),

-- Ledger rows that crossed an edge of some window between base_day and today; on time or late, both prune files.
crossing as (

    select *
    from {{ ref('int_activity') }}
    where not is_late and known_day in ({{ crossed_days() }}) and known_day <= {{ base_day() }}
    union all
    select *
    from {{ ref('int_activity') }}
    where is_late and event_day in ({{ crossed_days() }}) and known_day <= {{ base_day() }}

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
            when {{ month_start(days_before(month_start(first_day()), 1)) }} = {{ month_start(base_day()) }}
                then pay_cnt_mtd
            else 0
        end as pay_cnt_prev_month
    from earlier
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
        case
            {%- if near %}
            when {{ crossed(far) }} and {{ crossed(near) }} then 0
            {%- endif %}
            when {{ crossed(far) }} then -{{ column }}
            {%- if near %}
            when {{ crossed(near) }} then {{ column }}
            {%- endif %}
            else 0
        end as {{ name }},
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
