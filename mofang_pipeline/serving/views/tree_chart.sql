-- One row per day, organisation, depth shown and node, as the tree chart wants it: sortable text ids with a fixed root,
-- and labels in the rich text of the theme ({D|...} is a pill in the colour of family D).
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
        node_id,
        depth,
        customers,
        '{' || family || '|' || case when is_leaf then trim(code) else name_zh end || '}'
        || case when is_leaf then ' ' || name_zh || ' ' else chr(10) end
        || '{n|' || lake.serving.count_zh(customers) || '}'
        || coalesce(' {s|' || lake.serving.share(share_of_parent) || '}', '')
        || case
            when change_1d > 0 then ' {u|' || lake.serving.signed_zh(change_1d) || '}'
            when change_1d < 0 then ' {d|' || lake.serving.signed_zh(change_1d) || '}'
            when change_1d = 0 then ' {s|＝}'
            else ''
        end as chart_label_zh,
        '{' || family || '|' || case when is_leaf then trim(code) else name_en end || '}'
        || case when is_leaf then ' ' || name_en || ' ' else chr(10) end
        || '{n|' || lake.serving.count_en(customers) || '}'
        || coalesce(' {s|' || lake.serving.share(share_of_parent) || '}', '')
        || case
            when change_1d > 0 then ' {u|' || lake.serving.signed_en(change_1d) || '}'
            when change_1d < 0 then ' {d|' || lake.serving.signed_en(change_1d) || '}'
            when change_1d = 0 then ' {s|=}'
            else ''
        end as chart_label_en
    from placed
)

select * from labelled
