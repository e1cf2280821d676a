with

dimensions as (

    select unnest(['age_band', 'gender', 'is_rural', 'institution']) as dimension

),

summed as (

    select day, org_code, node_id, dimension, sum(customers) as customers
    from mart.segment_distribution_daily
    where day in ({days})
    group by day, org_code, node_id, dimension

),

expected as (

    select profile.day, profile.org_code, profile.node_id, dimensions.dimension, profile.customers
    from int.segment_profile as profile
    cross join dimensions
    where profile.day in ({days})

)

select
    coalesce(expected.day, summed.day) as day,
    coalesce(expected.org_code, summed.org_code) || ', ' || coalesce(expected.node_id, summed.node_id) || ', '
    || coalesce(expected.dimension, summed.dimension) as row_key,
    'sums to ' || coalesce(summed.customers, 0) || ', the node has ' || coalesce(expected.customers, 0) || ' customer(s)'
        as reason
from expected
full outer join summed
    on
        expected.day = summed.day
        and expected.org_code = summed.org_code
        and expected.node_id = summed.node_id
        and expected.dimension = summed.dimension
where coalesce(expected.customers, 0) <> coalesce(summed.customers, 0)
