with

-- Days on which every province is computed, and was the day before: only then head office's flow is whole.
scope as (

    select now.day
    from int.computed_day as now
    inner join int.computed_day as before
        on
            before.kind = 'segments'
            and now.province = before.province
            and cast(now.day - interval 1 day as date) = before.day
    where now.kind = 'segments' and now.day in ({days})
    group by now.day
    having count(*) = (select count(*) from mart.organisation where level = 'tier1')

),

flows as (

    select
        day,
        sum(case when from_segment like '(%' then 0 else customers end) as flow_before,
        sum(case when to_segment like '(%' then 0 else customers end) as flow_after,
        sum(case when to_segment = '(moved out)' then customers else 0 end) as moved_out,
        sum(case when from_segment = '(moved in)' then customers else 0 end) as moved_in
    from mart.segment_transition_daily
    where day in ({days})
    group by day

),

before as (

    select cast(day + interval 1 day as date) as day, count(*) as customers
    from mart.segment_membership
    where day in ({days_before})
    group by day

),

after as (

    select day, count(*) as customers
    from mart.segment_membership
    where day in ({days})
    group by day

),

compared as (

    select
        scope.day,
        coalesce(flows.flow_before, 0) as flow_before,
        coalesce(before.customers, 0) as customers_before,
        coalesce(flows.flow_after, 0) as flow_after,
        coalesce(after.customers, 0) as customers_after,
        coalesce(flows.moved_out, 0) as moved_out,
        coalesce(flows.moved_in, 0) as moved_in
    from scope
    left join flows on scope.day = flows.day
    left join before on scope.day = before.day
    left join after on scope.day = after.day

)

select
    day,
    'head office' as row_key,
    'from ' || flow_before || ' of ' || customers_before || ' customer(s), to ' || flow_after || ' of ' || customers_after
    || ', moved out ' || moved_out || ', moved in ' || moved_in as reason
from compared
where flow_before <> customers_before or flow_after <> customers_after or moved_out <> moved_in
