with

scope as (

    select segments.day, segments.province
    from int.computed_day as segments
    inner join int.computed_day as wide
        on wide.kind = 'wide' and segments.day = wide.day and segments.load_id >= wide.load_id
    where segments.kind = 'segments' and segments.day in ({days})

),

customers as (

    select day, province, count(*) as customers
    from mart.customer_wide
    where day in ({days})
    group by day, province

),

members as (

    select day, province, count(*) as members
    from mart.segment_membership
    where day in ({days})
    group by day, province

)

select
    scope.day,
    scope.province as row_key,
    coalesce(members.members, 0) || ' membership(s) of ' || coalesce(customers.customers, 0) || ' customer(s)' as reason
from scope
left join customers on scope.day = customers.day and scope.province = customers.province
left join members on scope.day = members.day and scope.province = members.province
where coalesce(members.members, 0) <> coalesce(customers.customers, 0)
