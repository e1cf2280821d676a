-- One row per day, organisation, depth shown and node, as the tree chart wants it: sortable text ids with a
-- fixed root, and labels in the rich text of the theme ({D|...} is a pill in the colour of family D). A leaf beside inner
-- nodes hangs one level deeper, on a filler without a label, so that no label lies on another.
with placed as (
    select node.*, depth_option.shown_depth, depth_option.depth_zh, depth_option.depth_en
    from lake.serving.tree_node as node
    inner join lake.serving.depth_option on node.depth <= depth_option.shown_depth
),

labelled as (
    select
        day,
        day_text,
        org_code,
        org_name_zh,
        org_name_en,
        shown_depth,
        depth_zh,
        depth_en,
        tree_id,
        tree_parent_id,
        depth,
        is_leaf,
        customers,
        '{' || family || '|' || case when is_leaf and code <> '' then trim(code) else name_zh end || '}'
        || case when not is_leaf then chr(10) when code <> '' then ' ' || name_zh else '' end
        || '{n|' || coalesce(lake.serving.count_zh(customers), '–') || '}'
        || coalesce('{s|' || lake.serving.share(share_of_parent) || '}', '')
        || lake.serving.change_mark(change_1d, lake.serving.signed_zh(change_1d)) as chart_label_zh,
        '{' || family || '|' || case when is_leaf and code <> '' then trim(code) else name_en end || '}'
        || case when not is_leaf then chr(10) when code <> '' then ' ' || name_en else '' end
        || '{n|' || coalesce(lake.serving.count_en(customers), '–') || '}'
        || coalesce('{s|' || lake.serving.share(share_of_parent) || '}', '')
        || lake.serving.change_mark(change_1d, lake.serving.signed_en(change_1d)) as chart_label_en
    from placed
),

beside_inner as (
    select distinct day, org_code, shown_depth, tree_parent_id
    from labelled
    where not is_leaf
),

leaf as (
    select labelled.*, beside_inner.day is not null and labelled.depth > 0 as is_lowered
    from labelled
    left join beside_inner
        on labelled.day = beside_inner.day and labelled.org_code = beside_inner.org_code
        and labelled.shown_depth = beside_inner.shown_depth
        and labelled.tree_parent_id = beside_inner.tree_parent_id
    where labelled.is_leaf
),

filler as (
    select * replace ('' as chart_label_zh, '' as chart_label_en, tree_id || ' .' as tree_id)
    from leaf
    where is_lowered
),

hung as (
    select * replace (case when is_lowered then tree_id || ' .' else tree_parent_id end as tree_parent_id)
    from leaf
),

whole as (
    select * exclude (is_leaf), true as is_label from labelled where not is_leaf
    union all by name
    select * exclude (is_leaf, is_lowered), true as is_label from hung
    union all by name
    select * exclude (is_leaf, is_lowered), false as is_label from filler
)

select * from whole
