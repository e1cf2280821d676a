-- One row per binding event in force: signs and terminations, corrected rows taken out.
select
    agreement_key,
    customer_key,
    institution_code,
    event,
    event_at,
    event_day,
    known_day,
    dt,
    seq
from {{ source('landed', 'agreement') }}
where sign = 1
