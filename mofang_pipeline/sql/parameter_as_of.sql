-- Which value of each parameter applied to organisation $org on $day as known at $known_at (UTC): the newest change
-- of each first day, of those the last begun, then the nearest organisation that has one.
with recursive lineage as (

    select org_code, parent_code, level, 0 as distance from mart.organisation where org_code = $org
    union all
    select above.org_code, above.parent_code, above.level, lineage.distance + 1
    from mart.organisation as above
    inner join lineage on above.org_code = lineage.parent_code

),

known as (

    select
        *,
        row_number() over (partition by org_code, parameter, effective_from order by seq desc) as newest_first
    from mart.parameter_change
    where status = 'approved' and recorded_at <= $known_at

),

begun as (

    select
        *,
        row_number() over (
            partition by org_code, parameter order by coalesce(effective_from, date '0001-01-01') desc
        ) as last_first
    from known
    where newest_first = 1 and not withdrawn and (effective_from is null or effective_from <= $day)

),

own as (

    select
        begun.*,
        lineage.level,
        row_number() over (partition by begun.parameter order by lineage.distance) as nearest_first
    from begun
    inner join lineage on begun.org_code = lineage.org_code
    where begun.last_first = 1 and begun.value <> 'inherit'

)

select parameter, value, level, org_code, effective_from, recorded_at, changed_by, approved_by, reason, change_id
from own
where nearest_first = 1
order by parameter
