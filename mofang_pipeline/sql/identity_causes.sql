with

flows as (

    select
        day,
        coalesce(city, province) as org_code,
        from_segment,
        to_segment,
        cause,
        customers,
        from_segment like '(%' or to_segment like '(%' as is_population
    from mart.segment_transition_daily
    where day in ({days})

),

versions as (

    select day, org_code, rule_version
    from mart.rule_version_day
    where day in ({days}) or day in ({days_before})

),

judged as (

    select
        flows.*,
        now.rule_version is not distinct from before.rule_version as is_same_rule
    from flows
    left join versions as now on flows.day = now.day and flows.org_code = now.org_code
    left join versions as before
        on cast(flows.day - interval 1 day as date) = before.day and flows.org_code = before.org_code

)

select
    day,
    org_code || ', ' || from_segment || ', ' || to_segment as row_key,
    customers || ' customer(s) with cause ' || cause
    || case when cause in ('rule', 'both') and is_same_rule then ' though no parameter changed' else '' end as reason
from judged
where
    (cause = 'population') <> is_population
    or (cause = 'same' and from_segment <> to_segment)
    or (cause in ('behaviour', 'rule') and from_segment = to_segment)
    or (cause in ('rule', 'both') and is_same_rule)
