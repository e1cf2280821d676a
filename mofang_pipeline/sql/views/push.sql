-- One row per push and row of its list, with what the receiver last said of it.
create or replace view mart.push_row_status as
with

receipts as (

    select
        push_id,
        token,
        outcome,
        reason,
        received_at,
        receipt_id
    from landed.push_receipt
    group by receipt_id, push_id, token, outcome, reason, received_at
    having sum(sign) > 0

),

latest as (

    select *
    from receipts
    qualify row_number() over (partition by push_id, token order by received_at desc, receipt_id desc) = 1

)

select
    listed.push_id,
    listed.token,
    listed.customer_key,
    listed.province,
    listed.city,
    listed.channel,
    listed.as_of,
    coalesce(latest.outcome, 'pending') as status,
    latest.reason,
    latest.received_at
from int.push_row as listed
inner join int.push as push on listed.push_id = push.push_id and listed.as_of = push.as_of
left join latest on listed.push_id = latest.push_id and listed.token = latest.token
where listed.outcome = 'pushed';

-- One row per push: its funnel, from candidates to what the receiver says.
create or replace view mart.push_manifest as
with

answers as (

    select
        push_id,
        cast(sum(case when status = 'accepted' then 1 else 0 end) as bigint) as accepted,
        cast(sum(case when status = 'rejected' then 1 else 0 end) as bigint) as rejected,
        cast(sum(case when status = 'pending' then 1 else 0 end) as bigint) as pending
    from mart.push_row_status
    group by push_id

)

select
    push.*,
    coalesce(answers.accepted, 0) as accepted,
    coalesce(answers.rejected, 0) as rejected,
    coalesce(answers.pending, 0) as pending
from int.push as push
left join answers on push.push_id = answers.push_id;
