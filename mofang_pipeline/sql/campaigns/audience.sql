insert into mart.campaign_audience by name
select
    assigned.campaign,
    identity.customer_key,
    assigned.token,
    assigned.arm,
    assigned.frozen_on
from int.campaign_assignment as assigned
inner join landed.customer_identity as identity on assigned.token = identity.token
where assigned.campaign = $campaign and identity.first_dt <= $as_of
order by identity.customer_key
