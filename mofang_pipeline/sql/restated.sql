-- What the restatement $name came to: customers of each day and province, and how many are in another segment now.
select
    before.day,
    before.province,
    count(*) as customers,
    count(*) filter (where after.segment is distinct from before.segment) as moved
from mart.superseded_segment_membership as before
left join mart.segment_membership as after
    on before.day = after.day and before.province = after.province and before.customer_key = after.customer_key
where before.restatement = $name
group by before.day, before.province
order by before.day, before.province
