with

profile as (

    select day, org_code, node_id, parent_id, is_leaf, customers
    from int.segment_profile
    where day in ({days})

),

children as (

    select day, org_code, parent_id as node_id, sum(customers) as customers
    from profile
    where parent_id is not null
    group by day, org_code, parent_id

)

select
    profile.day,
    profile.org_code || ', ' || profile.node_id as row_key,
    profile.customers || ' customer(s), its children have ' || coalesce(children.customers, 0) as reason
from profile
left join children
    on profile.day = children.day and profile.org_code = children.org_code and profile.node_id = children.node_id
where not profile.is_leaf and profile.customers is distinct from coalesce(children.customers, 0)
