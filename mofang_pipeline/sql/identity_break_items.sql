with

listed as (

    select day, campaign, class, count(*) as items, count(distinct item_kind || ' ' || item_id) as distinct_items
    from int.campaign_break
    where day in ({days})
    group by day, campaign, class

),

counted as (

    select day, campaign, class, items
    from mart.campaign_reconciliation
    where day in ({days}) and class not in ('matched', 'unredeemed', 'refunded')

)

select
    coalesce(listed.day, counted.day) as day,
    coalesce(listed.campaign, counted.campaign) || ', ' || coalesce(listed.class, counted.class) as row_key,
    coalesce(listed.distinct_items, 0) || ' item(s) listed in ' || coalesce(listed.items, 0) || ' row(s), '
    || coalesce(counted.items, 0) || ' counted' as reason
from listed
full outer join counted
    on listed.day = counted.day and listed.campaign = counted.campaign and listed.class = counted.class
where
    coalesce(listed.items, 0) <> coalesce(counted.items, 0)
    or coalesce(listed.distinct_items, 0) <> coalesce(counted.items, 0)
