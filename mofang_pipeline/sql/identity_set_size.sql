-- A set's size is its members of the day: of rolling sets, and of frozen ones on the day on which they were fixed.
with

members as (

    select
        day,
        set_id,
        version,
        count(*) as customers,
        count(distinct customer_key) as distinct_customers
    from mart.segment_set_member
    where day in ({days})
    group by day, set_id, version

),

sizes as (

    select
        day,
        set_id,
        version,
        sum(customers) as customers
    from mart.segment_set_size_daily
    where day in ({days})
    group by day, set_id, version

)

select
    members.day,
    members.set_id || ' v' || members.version as row_key,
    members.customers || ' member row(s) of ' || members.distinct_customers || ' customers, size '
    || coalesce(cast(sizes.customers as varchar), 'missing') as reason
from members
left join sizes
    on members.day = sizes.day and members.set_id = sizes.set_id and members.version = sizes.version
where sizes.customers is distinct from members.customers or members.distinct_customers <> members.customers
