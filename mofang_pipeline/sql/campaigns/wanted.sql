-- Whom the campaigns over sets of a quarter wanted: a row per campaign and customer, and whether the global control
-- group kept the customer out. The place is that of the day on which the audience was fixed.
with

counted as (

    select
        campaign,
        frozen_on
    from mart.campaign
    where
        set_name is not null
        and frozen_on is not null
        and from_day between $first and $last

),

wanted as (

    select
        campaign,
        customer_key,
        0 as is_kept_out
    from mart.campaign_audience
    union all
    select
        campaign,
        customer_key,
        case when reason = 'global_control' then 1 else 0 end as is_kept_out
    from mart.campaign_left_out
    where customer_key is not null

),

placed as (

    select
        day,
        customer_key,
        province
    from mart.segment_membership
    where day in ({days})

)

select
    wanted.campaign,
    wanted.customer_key,
    wanted.is_kept_out,
    coalesce(placed.province, '') as province
from wanted
inner join counted on wanted.campaign = counted.campaign
left join placed on counted.frozen_on = placed.day and wanted.customer_key = placed.customer_key
