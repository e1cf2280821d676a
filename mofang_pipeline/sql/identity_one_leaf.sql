with

-- Provinces whose segments know the wide table that is there; the others are waiting to be computed.
scope as (

    select segments.day, segments.province
    from int.computed_day as segments
    inner join int.computed_day as wide
        on wide.kind = 'wide' and segments.day = wide.day and segments.load_id >= wide.load_id
    where segments.kind = 'segments' and segments.day in ({days})

),

population as (

    select wide.day, wide.customer_key
    from mart.customer_wide as wide
    inner join scope on wide.day = scope.day and wide.province = scope.province
    where wide.day in ({days})

),

members as (

    select member.day, member.customer_key, count(*) as leaves, min(member.segment) as first_leaf
    from mart.segment_membership as member
    inner join scope on member.day = scope.day and member.province = scope.province
    where member.day in ({days})
    group by member.day, member.customer_key

)

select
    coalesce(population.day, members.day) as day,
    cast(coalesce(population.customer_key, members.customer_key) as varchar) as row_key,
    case
        when members.customer_key is null then 'is in no leaf'
        when population.customer_key is null then 'is in leaf ' || members.first_leaf || ' but not in the population'
        else 'is in ' || members.leaves || ' leaves'
    end as reason
from population
full outer join members on population.day = members.day and population.customer_key = members.customer_key
where members.customer_key is null or population.customer_key is null or members.leaves > 1
