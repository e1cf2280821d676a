-- One row per version of money received, signed.
select
    customer_key,
    kind,
    event_day,
    known_day,
    dt,
    sign,
    amount_fen
from {{ source('landed', 'inflow') }}
