-- One row per organisation, window (two days), level, source and target: customers by where they were on the first day
-- and are on the last, joined customer by customer. Always filter by organisation, both days and level.
with day_pair as (
    select
        first_day.day as from_day,
        first_day.day_text as from_day_text,
        last_day.day as to_day,
        last_day.day_text as to_day_text
    from lake.serving.day_option as first_day
    inner join lake.serving.day_option as last_day on first_day.day <= last_day.day
),

side as (
    select day_pair.*, false as is_after, m.customer_key, m.province, m.city, m.segment, m.hq_segment
    from day_pair
    inner join lake.mart.segment_membership as m on day_pair.from_day = m.day
    union all
    select day_pair.*, true as is_after, m.customer_key, m.province, m.city, m.segment, m.hq_segment
    from day_pair
    inner join lake.mart.segment_membership as m on day_pair.to_day = m.day
),

customer as (
    select
        from_day,
        from_day_text,
        to_day,
        to_day_text,
        customer_key,
        max(case when not is_after then province end) as from_province,
        max(case when not is_after then city end) as from_city,
        max(case when not is_after then segment end) as from_segment,
        max(case when not is_after then hq_segment end) as from_hq_segment,
        max(case when is_after then province end) as to_province,
        max(case when is_after then city end) as to_city,
        max(case when is_after then segment end) as to_segment,
        max(case when is_after then hq_segment end) as to_hq_segment
    from side
    group by from_day, from_day_text, to_day, to_day_text, customer_key
),

place as (
    select * exclude (customer_key), count(*) as customers
    from customer
    group by all
),

seen as (
    select
        organisation.org_code,
        organisation.org_level,
        place.*,
        case organisation.org_level
            when 'hq' then from_segment is not null
            when 'tier1' then coalesce(from_province = organisation.org_code, false)
            else coalesce(from_city = organisation.org_code, false)
        end as is_from,
        case organisation.org_level
            when 'hq' then to_segment is not null
            when 'tier1' then coalesce(to_province = organisation.org_code, false)
            else coalesce(to_city = organisation.org_code, false)
        end as is_to
    from place
    cross join lake.serving.organisation_option as organisation
),

leaf as (
    select
        org_code,
        from_day,
        from_day_text,
        to_day,
        to_day_text,
        case
            when not is_from then case when from_segment is null then '(new)' else '(moved in)' end
            when org_level = 'hq' then from_hq_segment
            else from_segment
        end as from_leaf,
        case
            when not is_to then case when to_segment is null then '(closed)' else '(moved out)' end
            when org_level = 'hq' then to_hq_segment
            else to_segment
        end as to_leaf,
        sum(customers) as customers
    from seen
    where is_from or is_to
    group by all
),

node as (
    select
        leaf.org_code,
        leaf.from_day,
        leaf.from_day_text,
        leaf.to_day,
        leaf.to_day_text,
        source.level,
        source.node_id as from_node,
        target.node_id as to_node,
        cast(sum(leaf.customers) as bigint) as customers
    from leaf
    inner join lake.serving.node_at_level as source on leaf.from_leaf = source.leaf
    inner join lake.serving.node_at_level as target on leaf.to_leaf = target.leaf and source.level = target.level
    group by all
)

select * from node
