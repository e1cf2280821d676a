-- One row per level at which a flow can be read: 0 is the root, the deepest shows the leaves.
with deepest as (
    select max(depth) as depth from lake.mart.segment_ancestor
),

listed as (
    select cast(step.level as int) as level, deepest.depth as deepest
    from deepest, unnest(range(0, greatest(deepest.depth, 6) + 1)) as step (level)
),

named as (
    select
        level,
        level between 1 and deepest as is_offered,
        case when level = deepest then '末级客群' else '第 ' || level || ' 层' end as level_zh,
        case when level = deepest then 'Segments' else 'Level ' || level end as level_en
    from listed
)

select * from named
