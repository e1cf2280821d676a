with

counted as (

    select day, province, city, segment, hq_segment, count(*) as customers
    from mart.segment_membership
    where day in ({days})
    group by day, province, city, segment, hq_segment

),

organised as (

    select counted.day, organisation.org_code, counted.hq_segment as node_id, counted.customers
    from counted
    inner join mart.organisation as organisation on organisation.level = 'hq'
    union all
    select day, province as org_code, segment as node_id, customers from counted
    union all
    select day, city as org_code, segment as node_id, customers from counted where city is not null

),

members as (

    select day, org_code, node_id, sum(customers) as customers
    from organised
    group by day, org_code, node_id

),

leaves as (

    select day, org_code, node_id, customers
    from int.segment_profile
    where day in ({days}) and is_leaf

)

select
    coalesce(leaves.day, members.day) as day,
    coalesce(leaves.org_code, members.org_code) || ', ' || coalesce(leaves.node_id, members.node_id) as row_key,
    'the profile has ' || coalesce(leaves.customers, 0) || ' customer(s), the memberships '
    || coalesce(members.customers, 0) as reason
from leaves
full outer join members
    on leaves.day = members.day and leaves.org_code = members.org_code and leaves.node_id = members.node_id
where coalesce(leaves.customers, 0) <> coalesce(members.customers, 0)
