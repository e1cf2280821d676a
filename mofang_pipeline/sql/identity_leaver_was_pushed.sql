-- Who left a list was on it.
select
    leaver.day,
    leaver.push_id || ' ' || leaver.customer_key as row_key,
    'was not pushed' as reason
from mart.push_leaver as leaver
left join int.push_row as listed
    on leaver.push_id = listed.push_id and leaver.customer_key = listed.customer_key and listed.outcome = 'pushed'
where leaver.day in ({days}) and listed.customer_key is null
