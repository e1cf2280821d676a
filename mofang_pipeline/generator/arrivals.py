"""When a payment's row arrives, and what is wrong with a few of them: late, doubled, corrected, broken.

Each day's payments with the smallest hashes are the ones that get a defect, one for each of DEFECTS.
"""

from mofang_pipeline.generator import calibration as c
from mofang_pipeline.generator.payments import REFUNDS

# Extra rows beside the right one, in the order of the hash; a correction comes a day later.
DEFECTS = ("unknown account", "negative amount", "no key", "unknown kind", "duplicate", "duplicate", "correction",
           "correction")  # fmt: skip

_DEFECT_LIST = ", ".join(f"'{defect}'" for defect in DEFECTS)

# Every row that the payments in `made` will ever be handed over as; `arrives` is the day of the file.
ARRIVING = f"""
create or replace temp table arriving as
with timely as (
    select *, null::int as paid_day, 'good' as defect,
        case
            when draw(p, 'lateness') < {c.VERY_LATE_SHARE} then 5 + pick(p, 'days late', {c.VERY_LATE_DAYS - 4})
            when draw(p, 'lateness') < {c.LATE_SHARE + c.VERY_LATE_SHARE} then 1 + pick(p, 'days late', {c.LATE_DAYS})
            else 0
        end as days_late
    from made
),
refund as (
    select *, 'good' as defect, 0 as days_late from ({REFUNDS})
),
smallest as (
    select day, list_sort(min(p, {len(DEFECTS)})) as hashes
    from timely where days_late = 0 group by day
),
chosen as (
    select day, unnest(hashes) as p, unnest([{_DEFECT_LIST}]) as defect from smallest
),
defective as (
    select timely.* exclude (defect, days_late), chosen.defect, if(chosen.defect = 'correction', 1, 0) as days_late
    from timely join chosen on chosen.day = timely.day and chosen.p = timely.p
),
every as (
    from timely union all by name from refund union all by name from defective
)
select *, day + days_late as arrives from every
"""

# Rows of `arriving` and of `carried` from earlier days that arrive on $first..$last.
ROWS = """
with arrived as (
    select * from arriving where arrives between $first and $last
    union all
    select * from carried where arrives between $first and $last
),
named as (
    select *,
        'T' || strftime(as_date(coalesce(paid_day, day)), '%Y%m%d') || customer_name(number)
            || lpad(seq::varchar, 3, '0') as payment_id
    from arrived
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
    case defect when 'negative amount' then -amount_fen when 'correction' then amount_fen + 100 else amount_fen end
        as amount_fen,
    institution_code,
    agreement_name(number, period, rank) as agreement_id,
    rail,
    mcc,
    if(defect = 'unknown kind', 'gift', kind) as kind,
    if(failure is null, 'success', 'failed') as status,
    failure as fail_reason,
    if(kind = 'refund', payment_id, null) as original_txn_id
from named
order by arrives, number, named.day, seq, kind, defect
"""

CARRY = """
create or replace temp table still_carried as
select * from arriving where arrives > $last
union all
select * from carried where arrives > $last;
"""
