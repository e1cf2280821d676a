-- One row per day and organisation: the version of the tree in force there.
with version as (
    select day, org_code, max(rule_version) as rule_version
    from lake.mart.rule_version_day
    group by day, org_code
)

select * from version
