with

placed as (

    select
        w.day,
        w.province,
        w.city,
        w.customer_key,
        p.rule_version,
        {segment_case} as segment
    from mart.customer_wide as w
    inner join parameter as p
        on coalesce(w.city, w.province) = p.org_code and w.day between p.valid_from and p.valid_to
    where w.day = $day and ($all_provinces or list_contains($provinces, w.province))

),

leaves as (

    select distinct tree.leaf, tree.hq_leaf
    from int.tree_ancestor as tree
    inner join int.tree_of_day as of_day on tree.tree = of_day.tree
    where of_day.day = $day

)

select
    placed.day,
    placed.province,
    placed.city,
    placed.customer_key,
    placed.segment,
    leaves.hq_leaf as hq_segment,
    placed.rule_version
from placed
inner join leaves on placed.segment = leaves.leaf
order by placed.province, placed.customer_key
