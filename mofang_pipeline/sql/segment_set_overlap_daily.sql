select
    $day as day,
    one.set_id as set_a,
    one.version as version_a,
    other.set_id as set_b,
    other.version as version_b,
    one.province,
    one.city,
    count(*) as customers
from set_flag as one
inner join set_flag as other on one.customer_key = other.customer_key and one.set_id < other.set_id
group by one.set_id, one.version, other.set_id, other.version, one.province, one.city
order by set_a, set_b, one.province, one.city
