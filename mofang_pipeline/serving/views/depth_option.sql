-- One row per depth to which the tree can be shown; the deepest shows the whole tree.
with deepest as (
    select max(depth) as depth from lake.mart.segment_ancestor
),

shown as (
    select cast(step.depth as int) as shown_depth, step.depth = deepest.depth as is_whole
    from deepest, unnest(range(1, deepest.depth + 1)) as step (depth)
),

named as (
    select
        shown_depth,
        case when is_whole then '全部展开' else '前 ' || shown_depth || ' 层' end as depth_zh,
        case when is_whole then 'Whole tree' else 'First ' || shown_depth || ' levels' end as depth_en
    from shown
)

select * from named
