-- One row per day to end on, the newest first.
with placed as (
    select day, day_text as to_day_text, row_number() over (order by day desc) as sort_order
    from lake.serving.day_option
)

select * from placed
