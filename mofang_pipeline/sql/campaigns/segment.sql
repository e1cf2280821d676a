-- Customers who are in the segment, a leaf or a node above leaves, on the last day: to:<segment>.
select
    member.customer_key,
    'to:' || $segment as metric,
    1 as value
from mart.segment_membership as member
where
    member.day = $last
    and member.customer_key in (select customer_key from campaign_subject)
    and member.segment in (select leaf from mart.segment_ancestor where node_id = $segment)
