-- Contacts and rewards of the campaign as known on the day. A list and the channel's report of it are the same contacts,
-- so the greater of both counts.
select
    (
        select coalesce(sum(sign), 0)
        from landed.campaign_contact
        where campaign_id = $campaign and event = 'sent' and known_day <= $as_of
    ) as reported,
    (
        select count(*)
        from int.push_row as listed
        inner join int.push as push on listed.push_id = push.push_id and listed.as_of = push.as_of
        where push.campaign = $campaign and listed.outcome = 'pushed' and push.as_of <= $as_of
    ) as listed,
    (
        select coalesce(sum(sign * amount_fen), 0)
        from landed.reward_grant
        where campaign_id = $campaign and known_day <= $as_of
    ) as granted_fen
