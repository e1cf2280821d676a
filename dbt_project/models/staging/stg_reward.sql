-- One row per version of a reward that the bank granted, signed.
select
    customer_key,
    event_day,
    known_day,
    dt,
    sign,
    amount_fen
from {{ source('landed', 'reward_grant') }}
