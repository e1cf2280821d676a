-- For a campaign without a control arm: its customers, and others of the same kind whom nobody targeted, by stratum.
-- A stratum is what does not change with the campaign: place, person, and how often they paid two periods before.
with

person as (

    select *
    from landed.customer
    where dt < $first
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

targeted as (

    select distinct audience.customer_key
    from mart.campaign_audience as audience
    left join mart.campaign as other on audience.campaign = other.campaign
    where audience.campaign = $campaign or (other.from_day <= $last and other.to_day >= $earliest)

),

paid as (

    select
        customer_key,
        sum(pay_cnt) as pay_cnt
    from int.int_activity
    where known_day between $earliest and $as_of and event_day between $earliest and $earliest_end
    group by customer_key

)

select
    person.customer_key,
    coalesce(
        audience.arm,
        case when substr(md5(concat($campaign, ':placebo:', person.customer_key)), 1, 1) < '8'
            then '(comparison)' else '(placebo)'
        end
    ) as arm,
    concat_ws(
        '|',
        person.province_code,
        coalesce(person.gender, '?'),
        coalesce(cast(person.is_rural as varchar), '?'),
        coalesce(cast(least(year($first) - year(person.birth_date), 75) // 15 as varchar), '?'),
        case
            when coalesce(paid.pay_cnt, 0) <= 0 then '0'
            when paid.pay_cnt <= 2 then '1-2'
            when paid.pay_cnt <= 9 then '3-9'
            else '10+'
        end
    ) as stratum
from person
left join mart.campaign_audience as audience
    on person.customer_key = audience.customer_key and audience.campaign = $campaign
left join targeted on person.customer_key = targeted.customer_key
left join paid on person.customer_key = paid.customer_key
where
    audience.customer_key is not null
    or (
        targeted.customer_key is null
        and person.status in ('active', 'frozen')
        and person.opened_on < $first
    )
