-- One row per upsert of a customer's total assets, in fen.
-- The state on a day is, per key, the last row in (dt, updated_at, seq).
select
    customer_key,
    aum_fen,
    dt,
    updated_at,
    seq
from {{ source('landed', 'holding') }}
