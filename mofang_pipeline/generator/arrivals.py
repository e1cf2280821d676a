"""When a payment's row arrives, and what is wrong with a few of them: late, doubled, corrected, broken.

Each day's payments with the smallest hashes are the ones that get a defect, one for each of DEFECTS.
"""

from mofang_pipeline.generator import calibration as c
from mofang_pipeline.generator.payments import REFUNDS

# Extra rows beside the right one, in the order of the hash; a correction comes a day later.
DEFECTS = (
    "unknown account", "negative amount", "no key", "unknown kind",
    "duplicate", "duplicate", "correction", "correction",
)  # fmt: skip

_DEFECT_LIST = ", ".join(f"'{defect}'" for defect in DEFECTS)

MACROS = f"""
create macro days_late(p) as
    case
        when draw(p, 'lateness') < {c.VERY_LATE_SHARE} then 5 + pick(p, 'days late', {c.VERY_LATE_DAYS - 4})
        when draw(p, 'lateness') < {c.LATE_SHARE + c.VERY_LATE_SHARE}
            then 1 + pick(p, 'days late', {c.LATE_DAYS})
        else 0
    end;
"""

# Rows to hand over beside those of `made`: refunds and defects.
BESIDE = f"""
create or replace temp table beside as
with smallest as (
    select day, min(p, {len(DEFECTS)}) as hashes from made where arrives = day group by day
),
chosen as (
    select day, unnest(hashes) as p, unnest([{_DEFECT_LIST}]) as defect from smallest
),
defective as (
    select made.* replace (chosen.defect as defect, made.day + (chosen.defect = 'correction')::int as arrives)
    from made join chosen on chosen.day = made.day and chosen.p = made.p
)
from defective union all by name ({REFUNDS})
"""

# Rows that arrive on $first..$last, of `made`, `beside` and `carried` from earlier days.
ARRIVED = """
create or replace temp table arrived as
with row as (
    from made union all by name from beside union all by name from carried
)
select row.*, busy_day.stamp from row join busy_day on busy_day.number = coalesce(row.paid_day, row.day)
where arrives between $first and $last
order by arrives, row.number, row.day, seq, kind, defect, paid_day
"""

# No join and no order here: a scan keeps the order in which `arrived` was filled.
ROWS = """
with named as (
    select *, 'T' || stamp || customer_name(number) || lpad(seq::varchar, 3, '0') as payment_id from arrived
)
select arrives as day,
    case
        when kind = 'refund' then 'R' || payment_id
        when defect = 'no key' then null
        when defect in ('good', 'duplicate', 'correction') then payment_id
        else 'X' || payment_id
    end as txn_id,
    if(defect = 'unknown account', 'A-unknown', account_name(number, card)) as account_id,
    as_time(named.day, second) as paid_at,
    amount_fen * if(defect = 'negative amount', -1, 1) + if(defect = 'correction', 100, 0) as amount_fen,
    institution_code,
    agreement_name(number, period, rank) as agreement_id,
    rail,
    mcc,
    if(defect = 'unknown kind', 'gift', kind) as kind,
    if(failure is null, 'success', 'failed') as status,
    failure as fail_reason,
    if(kind = 'refund', payment_id, null) as original_txn_id
from named
"""

# What arrives after $last is carried on.
CARRY = """
create or replace temp table still_carried as
select * from (from made union all by name from beside union all by name from carried)
where arrives > $last
"""
