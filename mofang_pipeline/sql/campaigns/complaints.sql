-- Customers who complained of any contact on the days asked for: complaint_rate.
select
    customer_key,
    'complaint_rate' as metric,
    1 as value
from landed.campaign_contact
where
    dt >= cast($first - interval 1 day as date)
    and known_day <= $as_of
    and event_day between $first and $last
    and event = 'complained'
    and customer_key in (select customer_key from campaign_subject)
group by customer_key
having sum(sign) > 0
