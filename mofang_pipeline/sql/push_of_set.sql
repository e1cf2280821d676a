    select
        customer_key,
        province,
        city,
        false as is_control
    from mart.segment_set_member
    where day = $member_day and set_id = $set_id and version = $version
