-- One row per level that dashboards offer; the third comes first, then the others in order.
with offered as (
    select *, case when level = 3 then 0 else level end as sort_order
    from lake.serving.flow_level
    where is_offered
)

select * from offered
