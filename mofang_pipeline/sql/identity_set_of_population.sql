-- Every member of a day was in the population of that day, under the organisation that the member row says.
select
    member.day,
    member.set_id || ' ' || member.customer_key as row_key,
    'is in no segment on that day' as reason
from mart.segment_set_member as member
left join mart.segment_membership as segment
    on member.customer_key = segment.customer_key and segment.day = member.day
    and segment.day in ({days})
where member.day in ({days}) and segment.customer_key is null
