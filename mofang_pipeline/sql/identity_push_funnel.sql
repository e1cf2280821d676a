-- Candidates = pushed + each reason, and as many rows; pushed = accepted + rejected + pending.
with

days as (

    select unnest([{days}]) as day

),

rows_of as (

    select
        push_id,
        count(*) as candidates,
        sum(case when outcome = 'pushed' then 1 else 0 end) as pushed
    from int.push_row
    group by push_id

)

select
    days.day,
    push.push_id as row_key,
    push.candidates || ' candidates, ' || push.pushed || ' pushed, '
    || coalesce(cast(rows_of.candidates as varchar), 'no') || ' rows' as reason
from mart.push_manifest as push
inner join days on days.day >= push.as_of and days.day <= push.expires_on
left join rows_of on push.push_id = rows_of.push_id
where
    push.candidates <> push.pushed + push.no_consent + push.do_not_contact + push.frequency_cap + push.higher_priority
    + push.holdout
    or push.pushed <> push.accepted + push.rejected + push.pending
    or rows_of.candidates is distinct from push.candidates
    or rows_of.pushed is distinct from push.pushed
