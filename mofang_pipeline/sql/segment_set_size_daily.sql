select
    $day as day,
    set_id,
    version,
    province,
    city,
    count(*) as customers
from set_flag
group by set_id, version, province, city
order by set_id, province, city
