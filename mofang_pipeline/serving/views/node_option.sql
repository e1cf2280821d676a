-- One row per node of the newest trees by its readable name, in the tree's order, with its family.
with newest as (
    select max(day) as day from lake.serving.day_option
),

named as (
    select label.node_zh, label.node_en, min(label.sort_order) as sort_order, min(label.family) as family
    from newest
    inner join lake.serving.rule_version on newest.day = rule_version.day
    inner join lake.serving.node_label as label
        on rule_version.org_code = label.org_code and rule_version.rule_version = label.rule_version
    group by label.node_zh, label.node_en
)

select * from named
