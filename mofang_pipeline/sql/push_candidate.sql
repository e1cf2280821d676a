with

members as (

{source}

),

-- As the bank last handed it over by the day; NULL counts as no.
consents as (

    select
        customer_key,
        consent_marketing
    from landed.customer
    where dt <= $as_of
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

blocked as (

    select
        customer_key,
        listed
    from landed.do_not_contact
    where dt <= $as_of
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

-- What channels report as sent, and lists that were pushed. A list and its report are one contact, so of a day the
-- greater of both counts.
reported as (

    select
        customer_key,
        event_day as day,
        count(*) as contacts
    from (
        select
            customer_key,
            event_day,
            contact_key
        from landed.campaign_contact
        where event = 'sent' and event_day between $first_day and $as_of
        group by customer_key, event_day, contact_key
        having sum(sign) > 0
    )
    group by customer_key, event_day

),

listed as (

    select
        customer_key,
        as_of as day,
        count(*) as contacts
    from int.push_row
    where
        outcome = 'pushed' and as_of between $first_day and $as_of
        and push_id <> $push_id and list_contains($begun, push_id)
    group by customer_key, as_of

),

contacts as (

    select
        coalesce(reported.customer_key, listed.customer_key) as customer_key,
        sum(greatest(coalesce(reported.contacts, 0), coalesce(listed.contacts, 0))) as contacts
    from reported
    full outer join listed on reported.customer_key = listed.customer_key and reported.day = listed.day
    group by coalesce(reported.customer_key, listed.customer_key)

),

-- The same list pushed for another organisation's part of it.
same_list as (

    select distinct customer_key
    from int.push_row
    where
        as_of = $as_of and set_id = $set_id and version = $version and channel = $channel and outcome = 'pushed'
        and push_id <> $push_id and list_contains($begun, push_id)

),

-- Customers of a campaign that runs on the day and goes first; a list without a campaign goes after all of them.
mine as (

    select max(priority) as priority from mart.campaign where campaign = $campaign

),

claimed as (

    select distinct audience.customer_key
    from mart.campaign_audience as audience
    inner join mart.campaign as campaign on audience.campaign = campaign.campaign
    cross join mine
    where
        campaign.state in ('frozen', 'live')
        and $as_of between campaign.from_day and campaign.to_day
        and campaign.campaign is distinct from $campaign
        and ($campaign is null or coalesce(campaign.priority, 0) > coalesce(mine.priority, 0))

)

select
    member.customer_key,
    identity.token,
    member.province,
    member.city,
    case
        when not coalesce(consents.consent_marketing, false) then 'no_consent'
        when coalesce(blocked.listed, false) then 'do_not_contact'
        when ($cap > 0 and coalesce(contacts.contacts, 0) >= $cap) or same_list.customer_key is not null then 'frequency_cap'
        when claimed.customer_key is not null then 'higher_priority'
        when {held_out} then 'holdout'
        else 'pushed'
    end as outcome{columns}
from members as member
inner join landed.customer_identity as identity on member.customer_key = identity.customer_key
inner join mart.customer_wide as wide on member.customer_key = wide.customer_key and wide.day = $as_of
inner join mart.segment_membership as placed on member.customer_key = placed.customer_key and placed.day = $as_of
left join consents on member.customer_key = consents.customer_key
left join blocked on member.customer_key = blocked.customer_key
left join contacts on member.customer_key = contacts.customer_key
left join same_list on member.customer_key = same_list.customer_key
left join claimed on member.customer_key = claimed.customer_key
where {place}
