with

frozen as (

    select campaign, arm, customers
    from int.campaign_frozen_arm

),

assigned as (

    select campaign, arm, count(*) as customers
    from int.campaign_assignment
    group by campaign, arm

),

published as (

    select campaign, count(*) as customers
    from mart.campaign_audience
    group by campaign

),

of_arms as (

    select
        coalesce(frozen.campaign, assigned.campaign) as campaign,
        coalesce(frozen.campaign, assigned.campaign) || ', ' || coalesce(frozen.arm, assigned.arm) as row_key,
        coalesce(frozen.customers, 0) || ' customer(s) were frozen, ' || coalesce(assigned.customers, 0) || ' are there' as reason
    from frozen
    full outer join assigned on frozen.campaign = assigned.campaign and frozen.arm = assigned.arm
    where frozen.customers is distinct from assigned.customers

),

of_audiences as (

    select
        frozen.campaign,
        frozen.campaign as row_key,
        sum(frozen.customers) || ' customer(s) were frozen, the audience has ' || coalesce(max(published.customers), 0)
        || ' and ' || max(campaign.unknown_customers) || ' are unknown' as reason
    from frozen
    inner join mart.campaign as campaign on frozen.campaign = campaign.campaign
    left join published on frozen.campaign = published.campaign
    group by frozen.campaign
    having sum(frozen.customers) <> coalesce(max(published.customers), 0) + max(campaign.unknown_customers)

),

found as (

    select * from of_arms
    union all
    select * from of_audiences

)

select
    campaign.as_of as day,
    found.row_key,
    found.reason
from found
inner join mart.campaign as campaign on found.campaign = campaign.campaign
where campaign.as_of in ({days}) and campaign.state not in ('draft', 'approved')
