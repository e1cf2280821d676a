-- One row per organisation, with a name that is unique: a tier-2 branch carries its province's name, where that is
-- in sight.
with organisation as (
    select * from lake.mart.organisation
),

named as (
    select
        child.org_code,
        child.parent_code,
        child.level as org_level,
        coalesce(case when child.level = 'tier2' then parent.name_zh || ' · ' end, '') || child.name_zh as org_name_zh,
        coalesce(case when child.level = 'tier2' then parent.name_en || ' · ' end, '') || child.name_en as org_name_en,
        row_number() over (order by child.level, child.org_code) as sort_order
    from organisation as child
    left join organisation as parent on child.parent_code = parent.org_code
)

select * from named
