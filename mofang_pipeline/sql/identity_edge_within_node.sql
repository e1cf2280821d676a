with

edge as (

    select
        day,
        org_code,
        node_id,
        sum(case when to_leaf = '(any)' then customers else 0 end) as near_any,
        max(case when to_leaf <> '(any)' then customers else 0 end) as near_most,
        sum(case when to_leaf <> '(any)' then customers else 0 end) as near_sum
    from mart.segment_edge_daily
    where day in ({days})
    group by day, org_code, node_id

),

profile as (

    select day, org_code, node_id, is_leaf, customers
    from int.segment_profile
    where day in ({days})

)

select
    edge.day,
    edge.org_code || ', ' || edge.node_id as row_key,
    edge.near_any || ' near an edge, most by one change ' || edge.near_most || ', all changes ' || edge.near_sum
    || ', of ' || coalesce(profile.customers, 0) || ' customer(s)' as reason
from edge
left join profile
    on edge.day = profile.day and edge.org_code = profile.org_code and edge.node_id = profile.node_id
where
    edge.near_any > coalesce(profile.customers, 0)
    or edge.near_most > edge.near_any
    or (coalesce(profile.is_leaf, true) and edge.near_sum < edge.near_any)
