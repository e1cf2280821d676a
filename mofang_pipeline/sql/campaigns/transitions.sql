-- Customers of each arm by their segment on both days; who was or is in no population is in none of the tree's leaves.
select
    subject.arm,
    coalesce(origin.segment, '(none)') as from_segment,
    coalesce(replayed.segment, target.segment, '(none)') as to_segment,
    count(*) as customers
from campaign_subject as subject
left join mart.segment_membership as origin
    on subject.customer_key = origin.customer_key and origin.day = $start
left join mart.segment_membership as target
    on subject.customer_key = target.customer_key and target.day = $end
left join campaign_replayed as replayed on subject.customer_key = replayed.customer_key
group by
    subject.arm,
    coalesce(origin.segment, '(none)'),
    coalesce(replayed.segment, target.segment, '(none)')
