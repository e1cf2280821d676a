-- The campaign's customers; stratum: treated or control in the other campaign, empty outside it.
select
    ours.customer_key,
    ours.arm,
    case when theirs.arm is null then '' when theirs.arm = 'control' then 'control' else 'treated' end as stratum
from mart.campaign_audience as ours
left join mart.campaign_audience as theirs
    on ours.customer_key = theirs.customer_key and theirs.campaign = $other
where ours.campaign = $campaign
