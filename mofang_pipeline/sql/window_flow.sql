-- Customers by where they were on the first day and are on the last, joined one by one; three nodes for each: the first
-- day's, the last day's, and where the last day's data would be under the first day's rules.
with

earlier as (

    {earlier}

),

before as (

    select customer_key, province, city, segment from mart.segment_membership where day = {first}

),

after as (

    select
        member.customer_key,
        member.province,
        member.city,
        member.segment,
        coalesce(earlier.segment, member.segment) as segment_under_earlier
    from mart.segment_membership as member
    left join earlier on member.customer_key = earlier.customer_key
    where member.day = {last}

),

place as (

    select
        before.province as from_province,
        before.city as from_city,
        before.segment as from_leaf,
        after.province as to_province,
        after.city as to_city,
        after.segment as to_leaf,
        after.segment_under_earlier as masked_leaf,
        count(*) as customers
    from before
    full outer join after on before.customer_key = after.customer_key
    group by all

),

seen as (

    select
        *,
        from_leaf is not null and ({level} = 'hq' or coalesce({from_place} = {org}, false)) as is_from,
        to_leaf is not null and ({level} = 'hq' or coalesce({to_place} = {org}, false)) as is_to
    from place

),

earlier_node as (

    select leaf, node_id from {earlier_nodes} as held

),

later_node as (

    select leaf, node_id from {later_nodes} as held

),

node as (

    select
        case
            when seen.is_from then source.node_id
            when seen.from_leaf is null then '(new)'
            else '(moved in)'
        end as from_node,
        case
            when seen.is_to then target.node_id
            when seen.to_leaf is null then '(closed)'
            else '(moved out)'
        end as to_node,
        case
            when seen.is_to then masked.node_id
            when seen.to_leaf is null then '(closed)'
            else '(moved out)'
        end as masked_node,
        seen.is_from and seen.is_to as is_stock,
        seen.customers
    from seen
    left join earlier_node as source on seen.from_leaf = source.leaf
    left join later_node as target on seen.to_leaf = target.leaf
    left join earlier_node as masked on seen.masked_leaf = masked.leaf
    where seen.is_from or seen.is_to

),

caused as (

    select
        from_node,
        {to_node} as to_node,
        masked_node,
        case
            when not is_stock then 'population'
            when masked_node = from_node and to_node = from_node then 'same'
            when masked_node = to_node then 'behaviour'
            when masked_node = from_node then 'rule'
            else 'both'
        end as cause,
        customers
    from node

)

select from_node as from_segment, to_node as to_segment, {cause}cast(sum(customers) as bigint) as customers
from caused
group by all
order by all
