-- One row per day to start from; the best first choice, 30 days before the newest day or the oldest, has the highest place.
with newest as (
    select max(day) as day from lake.serving.day_option
),

first_choice as (
    select min(option.day) as day
    from lake.serving.day_option as option, newest
    where option.day >= newest.day - 30
),

placed as (
    select
        option.day,
        option.day_text as from_day_text,
        case
            when option.day = first_choice.day then 0
            else row_number() over (order by option.day desc)
        end as sort_order
    from lake.serving.day_option as option, first_choice
)

select day, from_day_text, sort_order from placed
