with

flows as (

    select
        day,
        province,
        city,
        from_segment,
        to_segment,
        cause,
        customers,
        split_node,
        from_segment like '(%' or to_segment like '(%' as is_population
    from mart.segment_transition_daily
    where day in ({days})

),

-- With which rules the customers of a province were segmented; its cities share the id.
versions as (

    select day, province, min(rule_version) as rule_version
    from mart.segment_membership
    where day in ({days}) or day in ({days_before})
    group by day, province

),

judged as (

    select flows.*, now.rule_version = before.rule_version as is_same_rule
    from flows
    left join versions as now on flows.day = now.day and flows.province = now.province
    left join versions as before
        on cast(flows.day - interval 1 day as date) = before.day and flows.province = before.province

),

wrong_cause as (

    select
        day,
        concat_ws(', ', province, city, from_segment, to_segment) as row_key,
        customers || ' customer(s) with cause ' || coalesce(cause, '(none)')
        || case when cause in ('rule', 'both') then ' though no rule changed' else '' end as reason
    from judged
    where
        cause is null
        or cause not in ('same', 'behaviour', 'rule', 'both', 'population')
        or (cause = 'population') <> is_population
        or (cause = 'same' and from_segment <> to_segment)
        or (cause in ('behaviour', 'rule') and from_segment = to_segment)
        or (cause in ('rule', 'both') and coalesce(is_same_rule, false))
        or (split_node is null) <> is_population

),

-- The causes of a link partition its customers, counted one by one on both days.
link as (

    select day, province, city, from_segment, to_segment, sum(customers) as customers
    from flows
    where not is_population
    group by day, province, city, from_segment, to_segment

),

counted as (

    select
        now.day,
        now.province,
        now.city,
        before.segment as from_segment,
        now.segment as to_segment,
        count(*) as customers
    from mart.segment_membership as now
    inner join mart.segment_membership as before
        on
            now.customer_key = before.customer_key
            and cast(now.day - interval 1 day as date) = before.day
            and now.province = before.province
            and now.city is not distinct from before.city
    where now.day in ({days}) and before.day in ({days_before})
    group by now.day, now.province, now.city, before.segment, now.segment

),

wrong_sum as (

    select
        coalesce(link.day, counted.day) as day,
        concat_ws(
            ', ',
            coalesce(link.province, counted.province),
            coalesce(link.city, counted.city),
            coalesce(link.from_segment, counted.from_segment),
            coalesce(link.to_segment, counted.to_segment)
        ) as row_key,
        'causes sum to ' || coalesce(link.customers, 0) || ' of ' || coalesce(counted.customers, 0) || ' customer(s)' as reason
    from link
    full outer join counted
        on
            link.day = counted.day
            and link.province = counted.province
            and link.city is not distinct from counted.city
            and link.from_segment = counted.from_segment
            and link.to_segment = counted.to_segment
    where coalesce(link.customers, 0) <> coalesce(counted.customers, 0)

)

select wrong_cause.day, wrong_cause.row_key, wrong_cause.reason from wrong_cause
union all
select wrong_sum.day, wrong_sum.row_key, wrong_sum.reason from wrong_sum
