-- One row per version of a marketing contact that was sent, signed.
select
    customer_key,
    event_day,
    known_day,
    dt,
    sign
from {{ source('landed', 'campaign_contact') }}
where event = 'sent'
