-- Published views: what follows from other rows is worked out when read, so no order of backfill can make it wrong.
create or replace view mart.segment_profile_daily as
with

compared as (

    select
        now.*,
        parent.customers as parent_customers,
        now.customers - day_before.customers as change_1d,
        now.customers - week_before.customers as change_7d,
        now.customers - month_before.customers as change_30d,
        coalesce(edge.customers, 0) as near_edge
    from int.segment_profile as now
    left join mart.segment_edge_daily as edge
        on
            now.day = edge.day and now.org_code = edge.org_code and now.node_id = edge.node_id
            and edge.to_leaf = '(any)'
    left join int.segment_profile as parent
        on now.day = parent.day and now.org_code = parent.org_code and now.parent_id = parent.node_id
    left join int.segment_profile as day_before
        on
            day_before.day = cast(now.day - interval 1 day as date)
            and now.org_code = day_before.org_code and now.node_id = day_before.node_id
    left join int.segment_profile as week_before
        on
            week_before.day = cast(now.day - interval 7 day as date)
            and now.org_code = week_before.org_code and now.node_id = week_before.node_id
    left join int.segment_profile as month_before
        on
            month_before.day = cast(now.day - interval 30 day as date)
            and now.org_code = month_before.org_code and now.node_id = month_before.node_id

)

select
    day,
    org_code,
    org_level,
    node_id,
    parent_id,
    depth,
    is_leaf,
    customers,
    case
        when parent_id is null then 1.0
        when parent_customers > 0 then cast(customers as double) / parent_customers
        else 0.0
    end as share_of_parent,
    change_1d,
    change_7d,
    change_30d,
    near_edge,
    age_sum,
    cast(age_sum as double) / nullif(age_known, 0) as age_avg,
    aum_fen_sum,
    cast(aum_fen_sum as double) / nullif(customers, 0) as aum_fen_avg,
    deposit_fen_sum,
    cast(deposit_fen_sum as double) / nullif(customers, 0) as deposit_fen_avg,
    bound_institutions_sum,
    cast(bound_institutions_sum as double) / nullif(customers, 0) as bound_institutions_avg,
    pay_cnt_30d_sum,
    cast(pay_cnt_30d_sum as double) / nullif(customers, 0) as pay_cnt_30d_avg,
    pay_amt_30d_sum,
    cast(pay_amt_30d_sum as double) / nullif(customers, 0) as pay_amt_30d_avg,
    pay_cnt_90d_sum,
    cast(pay_cnt_90d_sum as double) / nullif(customers, 0) as pay_cnt_90d_avg,
    pay_amt_90d_sum,
    cast(pay_amt_90d_sum as double) / nullif(customers, 0) as pay_amt_90d_avg,
    refund_cnt_30d_sum,
    cast(refund_cnt_30d_sum as double) / nullif(customers, 0) as refund_cnt_30d_avg,
    fail_cnt_30d_sum,
    cast(fail_cnt_30d_sum as double) / nullif(customers, 0) as fail_cnt_30d_avg
from compared;

create or replace view mart.day_status as
with

-- Of a file that was sent again the newest version counts: what an older one lacked is mended.
files as (

    select *, load_id = max(load_id) over (partition by "table", dt, file) as is_newest
    from mart.landing_file

),

landed as (

    select
        dt as day,
        bool_or("table" = 'customer') as has_customer,
        bool_or("table" = 'account') as has_account,
        bool_or("table" = 'payment') as has_payment,
        count(*) filter (where is_newest and status <> 'loaded') as refused_files,
        list("table" || '/' || file || ': ' || reason order by "table", file)
            filter (where is_newest and status <> 'loaded') as refusals,
        sum(rows_quarantined) filter (where is_newest) as rows_quarantined
    from files
    group by dt

),

provinces as (

    select org_code as province from mart.organisation where level = 'tier1'

),

days as (

    select day from landed
    union
    select day from int.computed_day where kind in ('wide', 'segments')

),

segments as (

    select day, province, load_id from int.computed_day where kind = 'segments'

),

-- Rows that a computed day should know and does not: landed since, or too late to restate it.
unknown_rows as (

    select
        segments.day,
        segments.province,
        sum(touch.rows) as late_rows
    from segments
    inner join landed.touch as touch
        on
            (touch.load_id > segments.load_id and touch.known_day <= segments.day)
            or (touch.event_day <= segments.day and touch.known_day > segments.day and touch.event_day < touch.known_day)
    group by segments.day, segments.province

),

failed as (

    select
        day,
        min(table_name || ': ' || check_name || ': ' || reason) as reason
    from mart.data_quality_result
    where severity = 'critical' and not passed
    group by day

)

select
    days.day,
    provinces.province,
    landed.day is not null as landed,
    segments.day is not null as computed,
    unknown_rows.day is not null as stale,
    failed.day is not null as blocked,
    concat_ws(
        '; ',
        case when failed.day is not null then 'blocked: ' || failed.reason end,
        case when not coalesce(landed.has_customer, false) then 'customer not arrived' end,
        case when not coalesce(landed.has_account, false) then 'account not arrived' end,
        case when not coalesce(landed.has_payment, false) then 'payment not arrived' end,
        case
            when landed.refused_files > 0
                then landed.refused_files || ' file(s) refused: ' || array_to_string(landed.refusals[1:5], ', ')
        end,
        case when landed.refused_files > 5 then 'more refused files: mofang table landing_file' end,
        case when landed.rows_quarantined > 0 then landed.rows_quarantined || ' row(s) quarantined' end,
        case when unknown_rows.day is not null then 'stale: ' || unknown_rows.late_rows || ' row(s) landed after it was computed' end
    ) as reason
from days
cross join provinces
left join landed on days.day = landed.day
left join segments on days.day = segments.day and provinces.province = segments.province
left join unknown_rows on days.day = unknown_rows.day and provinces.province = unknown_rows.province
left join failed on days.day = failed.day;
