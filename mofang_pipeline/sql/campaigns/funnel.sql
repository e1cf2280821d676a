-- Of each arm's customers how many came how far: contacts and rewards of this campaign, payments in its window.
with

contact as (

    select
        customer_key,
        event
    from landed.campaign_contact
    where campaign_id = $campaign and known_day <= $as_of
    group by customer_key, event
    having sum(sign) > 0

),

listed as (

    select listed.customer_key
    from int.push_row as listed
    inner join int.push as push on listed.push_id = push.push_id and listed.as_of = push.as_of
    where push.campaign = $campaign and listed.outcome = 'pushed' and push.as_of <= $as_of

),

granted as (

    select
        grant_id,
        customer_key
    from landed.reward_grant
    where campaign_id = $campaign and known_day <= $as_of
    group by grant_id, customer_key
    having sum(sign) > 0

),

redeemed as (

    select grant_id
    from landed.reward_statement
    where event = 'redeem' and known_day <= $as_of and grant_id in (select grant_id from granted)
    group by grant_id
    having sum(sign) > 0

),

paid as (

    select customer_key
    from int.int_activity
    where known_day between $first and $as_of and event_day between $first and $last
    group by customer_key
    having sum(pay_cnt) > 0

),

reached as (

    select customer_key, 1 as place, 'audience' as stage from campaign_subject
    union all
    select customer_key, 2, 'pushed' from listed
    union all
    select customer_key, 3, 'sent' from contact where event = 'sent'
    union all
    select customer_key, 4, 'delivered' from contact where event = 'delivered'
    union all
    select customer_key, 5, 'opened' from contact where event = 'opened'
    union all
    select customer_key, 6, 'clicked' from contact where event = 'clicked'
    union all
    select customer_key, 7, 'granted' from granted
    union all
    select granted.customer_key, 8, 'redeemed' from granted inner join redeemed on granted.grant_id = redeemed.grant_id
    union all
    select customer_key, 9, 'paid' from paid

)

select
    subject.arm,
    reached.place,
    reached.stage,
    count(distinct subject.customer_key) as customers
from campaign_subject as subject
inner join reached on subject.customer_key = reached.customer_key
group by subject.arm, reached.place, reached.stage
order by subject.arm, reached.place
