-- One row per organisation, with a name that is unique: a tier-2 branch carries its province's name.
with organisation as (
    select * from lake.mart.organisation
),

named as (
    select
        child.org_code,
        child.parent_code,
        child.level as org_level,
        case when child.level = 'tier2' then parent.name_zh || ' · ' || child.name_zh else child.name_zh end as org_name_zh,
        case when child.level = 'tier2' then parent.name_en || ' · ' || child.name_en else child.name_en end as org_name_en,
        row_number() over (order by child.level, child.org_code) as sort_order
    from organisation as child
    left join organisation as parent on child.parent_code = parent.org_code
)

select * from named
