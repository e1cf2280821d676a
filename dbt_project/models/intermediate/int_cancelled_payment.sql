{{ config(partition_day='known_day', windows='ledger_ranges') }}
-- What refunds in full take from the ledger, from the day on which they are known: a payment whose refunds
-- reach its amount counts no longer; should a correction undo that, it counts again. One row per known day and payment.
with

refunds as (

    select
        original_txn_key as txn_key,
        known_day,
        sign * amount_fen as amount_fen
    from {{ ref('stg_payment') }}
    where is_refund and original_txn_key is not null and known_day <= {{ last_day() }}

),

payments_now as (

    select txn_key
    from {{ ref('stg_payment') }}
    where
        is_paid
        and {{ known_in_window() }}

),

touched as (

    select txn_key
    from refunds
    where known_day between {{ first_day() }} and {{ last_day() }}
    union
    select refunds.txn_key
    from refunds
    inner join payments_now on refunds.txn_key = payments_now.txn_key

),

payments as (

    select
        payment.txn_key,
        payment.known_day,
        payment.event_day,
        payment.customer_key,
        payment.institution_code,
        payment.amount_fen,
        payment.sign
    from {{ ref('stg_payment') }} as payment
    where
        payment.is_paid
        and payment.known_day <= {{ last_day() }}
        and payment.txn_key in (select touched.txn_key from touched)

),

refunds_of_touched as (

    select refunds.*
    from refunds
    where refunds.txn_key in (select touched.txn_key from touched)

),

changes as (

    select txn_key, known_day from payments
    union
    select txn_key, known_day from refunds_of_touched

),

points as (

    select
        txn_key,
        known_day,
        lead(known_day) over (partition by txn_key order by known_day) as next_day
    from changes

),

refunded as (

    select
        points.txn_key,
        points.known_day,
        sum(refund.amount_fen) as amount_fen
    from points
    inner join refunds_of_touched as refund
        on points.txn_key = refund.txn_key and points.known_day >= refund.known_day
    group by points.txn_key, points.known_day

),

versions as (

    select
        points.txn_key,
        points.known_day,
        points.next_day,
        payment.event_day,
        payment.customer_key,
        payment.institution_code,
        payment.amount_fen
    from points
    inner join payments as payment
        on points.txn_key = payment.txn_key and points.known_day >= payment.known_day
    group by
        points.txn_key, points.known_day, points.next_day,
        payment.event_day, payment.customer_key, payment.institution_code, payment.amount_fen
    having sum(payment.sign) > 0

),

cancelled as (

    select versions.*
    from versions
    inner join refunded
        on versions.txn_key = refunded.txn_key and versions.known_day = refunded.known_day
    where refunded.amount_fen >= versions.amount_fen

),

changed as (

    select
        txn_key, known_day, event_day, customer_key, institution_code,
        -1 as pay_cnt, -amount_fen as pay_amt
    from cancelled
    union all
    select
        txn_key, next_day as known_day, event_day, customer_key, institution_code,
        1 as pay_cnt, amount_fen as pay_amt
    from cancelled
    where next_day is not null

),

final as (

    select
        known_day,
        txn_key,
        event_day,
        customer_key,
        institution_code,
        sum(pay_cnt) as pay_cnt,
        sum(pay_amt) as pay_amt
    from changed
    where known_day between {{ first_day() }} and {{ last_day() }}
    group by known_day, txn_key, event_day, customer_key, institution_code
    having sum(pay_cnt) <> 0 or sum(pay_amt) <> 0

)

select
    known_day,
    txn_key,
    event_day,
    customer_key,
    institution_code,
    cast(pay_cnt as bigint) as pay_cnt,
    cast(pay_amt as bigint) as pay_amt
from final
