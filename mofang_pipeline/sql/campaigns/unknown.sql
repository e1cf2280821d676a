insert into mart.campaign_left_out by name
select
    assigned.campaign,
    cast(null as bigint) as customer_key,
    assigned.token,
    'unknown_customer' as reason,
    cast(null as varchar) as other_campaign
from int.campaign_assignment as assigned
left join landed.customer_identity as identity
    on assigned.token = identity.token and identity.first_dt <= $as_of
where assigned.campaign = $campaign and identity.token is null
order by assigned.token
