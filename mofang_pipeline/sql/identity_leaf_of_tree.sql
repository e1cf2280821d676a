with

placed as (

    select day, coalesce(city, province) as org_code, segment, hq_segment, rule_version, count(*) as customers
    from mart.segment_membership
    where day in ({days})
    group by day, coalesce(city, province), segment, hq_segment, rule_version

),

judged as (

    select placed.*, node.node_id is not null as is_leaf, hq_node.node_id is not null as is_hq_leaf
    from placed
    left join mart.segment_node as node
        on
            placed.org_code = node.org_code
            and placed.rule_version = node.rule_version
            and placed.segment = node.node_id
            and node.is_leaf
    left join mart.organisation as hq on hq.level = 'hq'
    left join mart.rule_version_day as hq_version on hq.org_code = hq_version.org_code and placed.day = hq_version.day
    left join mart.segment_node as hq_node
        on
            hq.org_code = hq_node.org_code
            and hq_version.rule_version = hq_node.rule_version
            and placed.hq_segment = hq_node.node_id
            and hq_node.is_leaf

)

select
    day,
    org_code || ', ' || segment as row_key,
    customers || ' customer(s): '
    || case
        when is_leaf then hq_segment || ' is no leaf of head office''s tree'
        else 'no leaf of tree version ' || rule_version
    end as reason
from judged
where not (is_leaf and is_hq_leaf)
