-- Contacts that were sent for the campaign, as known on the day.
select coalesce(sum(sign), 0)
from landed.campaign_contact
where campaign_id = $campaign and event = 'sent' and known_day <= $as_of
