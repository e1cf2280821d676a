with

-- Provinces computed on the day and on the day before: elsewhere there is nothing to compare.
scope as (

    select now.day, now.province
    from int.computed_day as now
    inner join int.computed_day as before
        on
            before.kind = 'segments'
            and now.province = before.province
            and cast(now.day - interval 1 day as date) = before.day
    where now.kind = 'segments' and now.day in ({days})

),

flows as (

    select day, province, city, from_segment as segment, sum(customers) as customers
    from mart.segment_transition_daily
    where day in ({days}) and from_segment not like '(%'
    group by day, province, city, from_segment

),

members as (

    select cast(member.day + interval 1 day as date) as day, member.province, member.city, member.segment, count(*) as customers
    from mart.segment_membership as member
    where member.day in ({days_before})
    group by member.day, member.province, member.city, member.segment

),

compared as (

    select
        coalesce(flows.day, members.day) as day,
        coalesce(flows.province, members.province) as province,
        coalesce(flows.city, members.city) as city,
        coalesce(flows.segment, members.segment) as segment,
        coalesce(flows.customers, 0) as flow_customers,
        coalesce(members.customers, 0) as member_customers
    from flows
    full outer join members
        on
            flows.day = members.day
            and flows.province = members.province
            and flows.city is not distinct from members.city
            and flows.segment = members.segment
    where coalesce(flows.customers, 0) <> coalesce(members.customers, 0)

)

select
    compared.day,
    concat_ws(', ', compared.province, compared.city, compared.segment) as row_key,
    'flows sum to ' || compared.flow_customers || ', the segment had ' || compared.member_customers
    || ' customer(s) the day before' as reason
from compared
inner join scope on compared.day = scope.day and compared.province = scope.province
