select
    $day as day,
    flag.set_id,
    flag.version,
    written_set.kind,
    flag.province,
    flag.city,
    flag.customer_key
from set_flag as flag
inner join written_set on flag.set_id = written_set.set_id
order by flag.set_id, flag.province, flag.customer_key
