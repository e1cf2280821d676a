-- Campaigns of some of the same days that have customers of this one.
select distinct other.campaign
from mart.campaign as other
inner join mart.campaign_audience as theirs on other.campaign = theirs.campaign
inner join mart.campaign_audience as ours
    on theirs.customer_key = ours.customer_key and ours.campaign = $campaign
where other.campaign <> $campaign and other.from_day <= $last and other.to_day >= $first
order by other.campaign
