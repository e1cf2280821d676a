with

asked as (

    select
        w.customer_key,
        w.province,
        w.city{questions}
    from mart.customer_wide as w
    inner join {membership} as m on w.customer_key = m.customer_key and m.day = $day
    inner join parameter as p
        on coalesce(w.city, w.province) = p.org_code and w.day between p.valid_from and p.valid_to
    {joins}
    where w.day = $day

){levels}
