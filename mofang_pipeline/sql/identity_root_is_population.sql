with

counted as (

    select day, province, city, count(*) as customers
    from mart.segment_membership
    where day in ({days})
    group by day, province, city

),

population as (

    select counted.day, organisation.org_code, sum(counted.customers) as customers
    from counted
    inner join mart.organisation as organisation
        on organisation.level = 'hq' or organisation.org_code in (counted.province, counted.city)
    group by counted.day, organisation.org_code

),

roots as (

    select day, org_code, customers
    from int.segment_profile
    where day in ({days}) and parent_id is null

)

select
    coalesce(roots.day, population.day) as day,
    coalesce(roots.org_code, population.org_code) as row_key,
    'the root has ' || coalesce(roots.customers, 0) || ' customer(s), the population ' || coalesce(population.customers, 0)
        as reason
from roots
full outer join population on roots.day = population.day and roots.org_code = population.org_code
where coalesce(roots.customers, 0) <> coalesce(population.customers, 0)
