-- Customers who bound a card, or unbound one, on the days asked for: bind_rate, unbind_rate.
select
    customer_key,
    case event when 'sign' then 'bind_rate' else 'unbind_rate' end as metric,
    1 as value
from landed.agreement
where
    dt >= cast($first - interval 1 day as date) -- an event arrives no earlier than the day before
    and known_day <= $as_of
    and event_day between $first and $last
    and customer_key in (select customer_key from campaign_subject)
group by customer_key, event
having sum(sign) > 0
