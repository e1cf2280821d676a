-- One row per day that any province has computed.
with computed as (
    select distinct day from lake.mart.day_status where computed
)

select day, strftime(day, '%Y-%m-%d') as day_text from computed
