-- Customers of some provinces whom one change would put in another leaf, counted. {marks} are filled by edges.py.
with

-- Few are near a threshold: for the others nothing more is worked out. Kept, so that what follows sees full batches.
near as materialized (

    select
        w.province,
        w.city,
        w.customer_key,
        {columns}
    from mart.customer_wide as w
    inner join {parameters} as p on coalesce(w.city, w.province) = p.org_code
    where w.day = {day} and w.province in ({provinces}) and ({near})

),

placed as (

    select
        w.*,
        {segment_case} as segment,
        {mask} as crossed
    from near as w
    inner join {parameters} as p on coalesce(w.city, w.province) = p.org_code

),

changed as (

    select
        w.province,
        w.city,
        w.customer_key,
        w.segment,
        change.column_name,
        change.direction,
        {columns_after}
    from placed as w
    inner join {changes} as change on (w.crossed & change.bit) <> 0

),

moved as (

    select
        w.province,
        w.city,
        w.customer_key,
        w.segment,
        w.column_name,
        w.direction,
        {segment_case} as to_leaf
    from changed as w
    inner join {parameters} as p on coalesce(w.city, w.province) = p.org_code

),

rolled_up as (

    select
        moved.*,
        here.hq_leaf,
        there.hq_leaf as to_hq_leaf
    from moved
    inner join {leaves} as here on moved.segment = here.leaf
    inner join {leaves} as there on moved.to_leaf = there.leaf
    where moved.segment <> moved.to_leaf

)

select
    province,
    city,
    segment,
    hq_leaf,
    column_name,
    direction,
    to_leaf,
    to_hq_leaf,
    count(*) as customers,
    count(case when hq_leaf <> to_hq_leaf then 1 end) as customers_hq
from rolled_up
group by province, city, segment, hq_leaf, column_name, direction, to_leaf, to_hq_leaf
union all
select
    province,
    city,
    segment,
    hq_leaf,
    '(any)' as column_name,
    '(any)' as direction,
    '(any)' as to_leaf,
    '(any)' as to_hq_leaf,
    count(distinct customer_key) as customers,
    count(distinct case when hq_leaf <> to_hq_leaf then customer_key end) as customers_hq
from rolled_up
group by province, city, segment, hq_leaf
