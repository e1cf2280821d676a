-- One row per upsert of an account (a debit card).
-- The state on a day is, per key, the last row in (dt, updated_at, seq).
select
    account_key,
    customer_key,
    opened_on,
    closed_on,
    coalesce(status, 'active') as status,
    coalesce(bindable, true) as is_bindable,
    dt,
    updated_at,
    seq
from {{ source('landed', 'account') }}
