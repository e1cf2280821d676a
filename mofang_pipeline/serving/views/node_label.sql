-- One row per version of the tree, organisation and node, with the names that people read and its place in the order.
with node as (
    select
        node.rule_version,
        node.org_code,
        node.node_id,
        node.parent_id,
        node.sort_order,
        node.condition,
        coalesce(node_code.family, 'O') as family,
        coalesce(node_code.code, '') as code,
        node.name_zh,
        node.name_en,
        coalesce(node_code.code, '') || node.name_zh as node_zh,
        coalesce(node_code.code, '') || node.name_en as node_en,
        case
            when node.depth = 0 then 'root' else lpad(cast(node.sort_order as varchar), 5, '0') || ' ' || node.node_id
        end as tree_id
    from lake.mart.segment_node as node
    left join lake.serving.node_code on node.node_id = node_code.node_id
),

placed as (
    select node.*, parent.tree_id as tree_parent_id
    from node
    left join node as parent
        on node.rule_version = parent.rule_version and node.org_code = parent.org_code and node.parent_id = parent.node_id
)

select * from placed
