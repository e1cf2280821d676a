select
    day,
    campaign as row_key,
    count(*) || ' row(s) for ' || count(distinct class) || ' class(es), not 14' as reason
from mart.campaign_reconciliation
where day in ({days})
group by day, campaign
having count(*) <> 14 or count(distinct class) <> 14
