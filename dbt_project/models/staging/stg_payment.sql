-- One row per version of a payment or refund, signed: the sum of `sign` is the truth as of a known day.
select
    txn_key,
    customer_key,
    institution_code,
    event_day,
    known_day,
    dt,
    sign,
    amount_fen,
    original_txn_key,
    coalesce(kind, 'purchase') <> 'refund' and coalesce(status, 'success') = 'success' as is_paid,
    coalesce(kind, 'purchase') = 'refund' and coalesce(status, 'success') = 'success' as is_refund,
    coalesce(status, 'success') = 'failed' as is_failed,
    coalesce(status, 'success') = 'failed'
    and coalesce(fail_reason, '') = 'insufficient_balance' as is_failed_for_balance
from {{ source('landed', 'payment') }}
