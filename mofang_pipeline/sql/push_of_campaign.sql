    select
        audience.customer_key,
        wide.province,
        wide.city,
        audience.arm = 'control' as is_control
    from mart.campaign_audience as audience
    inner join mart.customer_wide as wide on audience.customer_key = wide.customer_key and wide.day = $as_of
    where audience.campaign = $campaign
