-- One row per upsert of a customer.
-- The state on a day is, per key, the last row in (dt, updated_at, seq).
select
    customer_key,
    province_code as province,
    city_code as city,
    opened_on,
    status,
    birth_date,
    gender,
    is_rural,
    has_mobile,
    coalesce(consent_marketing, false) as consent_marketing,
    id_expires_on,
    dt,
    updated_at,
    seq
from {{ source('landed', 'customer') }}
