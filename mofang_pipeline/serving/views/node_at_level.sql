-- One row per leaf and level: the leaf's ancestor at that depth, the leaf itself where it is no deeper; (new) and its
-- like stay themselves on every level.
with reach as (
    select leaf, max(depth) as leaf_depth from lake.mart.segment_ancestor group by leaf
),

ancestor as (
    select reach.leaf, flow_level.level, above.node_id
    from reach
    inner join lake.serving.flow_level on true
    inner join lake.mart.segment_ancestor as above
        on reach.leaf = above.leaf and above.depth = least(flow_level.level, reach.leaf_depth)
),

special as (
    select special.leaf, flow_level.level, special.leaf as node_id
    from lake.serving.flow_level, unnest(['(new)', '(closed)', '(moved in)', '(moved out)']) as special (leaf)
)

select * from ancestor
union all
select * from special
