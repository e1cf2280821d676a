-- Who the set holds on the day, each with an arm or with the reason for being left out. Lots are drawn last.
with

member as (

    select customer_key, province, city
    from mart.segment_set_member
    where
        set_id = $set_name
        and (day = $as_of or kind = 'frozen')
        and version = (
            select max(version) from mart.segment_set_member
            where set_id = $set_name and (day = $as_of or kind = 'frozen')
        )

),

busy as (

    select
        audience.customer_key,
        max_by(other.campaign, other.priority) as other_campaign
    from mart.campaign_audience as audience
    inner join mart.campaign as other on audience.campaign = other.campaign
    where
        other.campaign <> $campaign
        and other.state in ('frozen', 'live')
        and other.from_day <= $last
        and other.to_day >= $first
        and other.priority >= $priority
    group by audience.customer_key

),

judged as (

    select
        member.customer_key,
        identity.token,
        {place} as place,
        case
            when {global_place} < $global_end then 'global_control'
            when wide.contact_cnt_30d >= $frequency_cap then 'frequency_cap'
            when busy.customer_key is not null then 'higher_priority'
        end as reason,
        busy.other_campaign
    from member
    inner join landed.customer_identity as identity on member.customer_key = identity.customer_key
    left join mart.customer_wide as wide on member.customer_key = wide.customer_key and wide.day = $as_of
    left join busy on member.customer_key = busy.customer_key
    where {scope}

),

arms as (

    select unnest($arms) as arm, unnest($firsts) as first_place, unnest($ends) as end_place

)

select
    judged.customer_key,
    judged.token,
    arms.arm,
    judged.reason,
    case when judged.reason = 'higher_priority' then judged.other_campaign end as other_campaign
from judged
left join arms on judged.place >= arms.first_place and judged.place < arms.end_place
