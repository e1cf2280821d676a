-- One row per upsert of an account's deposit, in fen.
-- The state on a day is, per key, the last row in (dt, updated_at, seq).
select
    account_key,
    customer_key,
    deposit_fen,
    dt,
    updated_at,
    seq
from {{ source('landed', 'balance') }}
