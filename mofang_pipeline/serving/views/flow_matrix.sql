-- The flow with names for people: one row per organisation, window, level, source and target. Row totals are the
-- tree's customers on the first day, column totals those on the last.
with special as (
    select special.node_id, special.special_zh, special.special_en
    from (
        values
        ('(new)', '新开户', 'New'),
        ('(closed)', '已销户', 'Closed'),
        ('(moved in)', '转入', 'Moved in'),
        ('(moved out)', '转出', 'Moved out'),
        ('(few)', '少量', 'Few') -- links too small for a branch to see, together
    ) as special (node_id, special_zh, special_en)
),

named as (
    select
        flow.*,
        organisation.org_name_zh,
        organisation.org_name_en,
        flow_level.level_zh,
        flow_level.level_en,
        coalesce(source_special.special_zh, source.node_zh, flow.from_node) as from_label_zh,
        coalesce(source_special.special_en, source.node_en, flow.from_node) as from_label_en,
        coalesce(target_special.special_zh, target.node_zh, flow.to_node) as to_label_zh,
        coalesce(target_special.special_en, target.node_en, flow.to_node) as to_label_en
    from lake.serving.flow
    inner join lake.serving.organisation_option as organisation on flow.org_code = organisation.org_code
    inner join lake.serving.flow_level on flow.level = flow_level.level
    left join special as source_special on flow.from_node = source_special.node_id
    left join special as target_special on flow.to_node = target_special.node_id
    left join lake.serving.rule_version as from_version
        on flow.from_day = from_version.day and flow.org_code = from_version.org_code
    left join lake.serving.rule_version as to_version
        on flow.to_day = to_version.day and flow.org_code = to_version.org_code
    left join lake.serving.node_label as source
        on flow.org_code = source.org_code and from_version.rule_version = source.rule_version
        and flow.from_node = source.node_id
    left join lake.serving.node_label as target
        on flow.org_code = target.org_code and to_version.rule_version = target.rule_version
        and flow.to_node = target.node_id
)

select * from named
