-- A receipt names a row of a list that was pushed.
select
    receipt.event_day as day,
    receipt.receipt_id as row_key,
    'names push ' || receipt.push_id || ' and a token that was not in it' as reason
from landed.push_receipt as receipt
left join mart.push_row_status as listed on receipt.push_id = listed.push_id and receipt.token = listed.token
where receipt.event_day in ({days}) and receipt.sign = 1 and listed.token is null
