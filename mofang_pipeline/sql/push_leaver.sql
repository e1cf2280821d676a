insert into left_the_set
select
    $day as day,
    listed.push_id,
    listed.province,
    listed.city,
    listed.customer_key,
    listed.token,
    case when in_then.customer_key is not null then 'rule' else 'behaviour' end as cause
from int.push_row as listed
left join in_now on listed.customer_key = in_now.customer_key
left join in_then on listed.customer_key = in_then.customer_key
where
    listed.as_of = $as_of and listed.push_id = $push_id and listed.outcome = 'pushed'
    and in_now.customer_key is null
