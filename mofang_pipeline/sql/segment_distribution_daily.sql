with

described as (

    select
        member.province,
        member.city,
        member.segment,
        member.hq_segment,
        case
            when wide.age is null then 'unknown'
            when wide.age < 16 then '0-15'
            when wide.age < 25 then '16-24'
            when wide.age < 35 then '25-34'
            when wide.age < 45 then '35-44'
            when wide.age < 55 then '45-54'
            when wide.age < 65 then '55-64'
            else '65+'
        end as age_band,
        coalesce(wide.gender, 'unknown') as gender,
        case when wide.is_rural then 'rural' when not wide.is_rural then 'urban' else 'unknown' end as is_rural,
        coalesce(wide.top_institution_30d, 'none') as institution
    from mart.segment_membership as member
    inner join mart.customer_wide as wide
        on member.day = wide.day and member.customer_key = wide.customer_key
    where member.day = $day and wide.day = $day

),

-- One pass over the customers; what follows is small.
combined as (

    select province, city, segment, hq_segment, age_band, gender, is_rural, institution, count(*) as customers
    from described
    group by all

),

leaves as (

    select province, city, segment, hq_segment, 'age_band' as dimension, age_band as value, customers from combined
    union all
    select province, city, segment, hq_segment, 'gender' as dimension, gender as value, customers from combined
    union all
    select province, city, segment, hq_segment, 'is_rural' as dimension, is_rural as value, customers from combined
    union all
    select province, city, segment, hq_segment, 'institution' as dimension, institution as value, customers from combined

),

counted as (

    select province, city, segment, hq_segment, dimension, value, sum(customers) as customers
    from leaves
    group by all

),

organised as (

    select organisation.org_code, counted.hq_segment as leaf, dimension, value, customers from counted
    inner join mart.organisation as organisation on organisation.level = 'hq'
    union all
    select province as org_code, segment as leaf, dimension, value, customers from counted
    union all
    select city as org_code, segment as leaf, dimension, value, customers from counted where city is not null

),

ancestor as (

    select tree.leaf, tree.node_id
    from int.tree_ancestor as tree
    inner join int.tree_of_day as of_day on tree.tree = of_day.tree
    where of_day.day = $day

)

select
    cast($day as date) as day,
    organised.org_code,
    ancestor.node_id,
    organised.dimension,
    organised.value,
    cast(sum(organised.customers) as bigint) as customers
from organised
inner join ancestor on organised.leaf = ancestor.leaf
group by organised.org_code, ancestor.node_id, organised.dimension, organised.value
