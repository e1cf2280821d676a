-- The named flow as the Sankey wants it: links below 0.5% of the window's customers go to one 其他 / Other per source,
-- never away, and the two sides' names differ so that they stay two columns.
with sized as (
    select
        *,
        customers < 0.005 * sum(customers) over (
            partition by org_code, org_name_zh, org_name_en, from_day, from_day_text, to_day, to_day_text,
            level, level_zh, level_en
        ) as is_small
    from lake.serving.flow_matrix
),

grouped as (
    select
        org_code,
        org_name_zh,
        org_name_en,
        from_day,
        from_day_text,
        to_day,
        to_day_text,
        level,
        level_zh,
        level_en,
        from_node,
        from_label_zh || ' →' as source_zh,
        from_label_en || ' →' as source_en,
        case when is_small then '(other)' else to_node end as to_node,
        case when is_small then '→ 其他' else '→ ' || to_label_zh end as target_zh,
        case when is_small then '→ Other' else '→ ' || to_label_en end as target_en,
        sum(customers) as customers
    from sized
    group by all
)

select * from grouped
