"""Payments on the day they are made: who pays how often, with what and for what; and refunds.

A payer's time runs in cycles of 240 to 900 days, and a cycle may begin with a silent gap: so customers slide,
sleep, are lost and wake. On a day that is not silent the number of payments is geometric. When a payment
arrives, and what is wrong with it, is told in arrivals.
"""

from mofang_pipeline.generator import calibration as c

PAYERS = f"""
create table payer as
with start as (
    select bound_period.*, life.gone, life.born, life.frozen_from, life.frozen_to,
        case
            when period = 2 then began + pick(key, 'pays again after', 15)
            when draw(key, 'first payment') < 0.72 then began + pick(key, 'pays soon', 8)
            when draw(key, 'first payment') < 0.86 then began + 8 + pick(key, 'pays later', 112)
            when draw(key, 'first payment') < 0.91 then began + 200 + pick(key, 'pays late', 500)
        end as pays_from
    from bound_period join life using (number, key)
),
stop as (
    select *,
        case
            when draw(key, 'quits') >= 0.10 then ended
            else least(ended, pays_from + 30 + pick(key, 'quits after', greatest(ended - pays_from, 1)))
        end as pays_to,
        pays_from - born < 55 * 365 as is_younger
    from start
)
select number, period, planned, habit, pays_from::int as pays_from, pays_to::int as pays_to,
    hash(xor(key, hash('payments'))) as key,
    240 + pick(key, 'cycle', 660) as cycle,
    coalesce(frozen_from, 0) as frozen_from, coalesce(frozen_to, 0) as frozen_to,
    greatest(
        {c.RATE_FLOOR},
        {c.RATE_A_MONTH} * if(is_younger, 1.08, 0.85) * pow(abs(normal(key, 'rate')), {c.RATE_POWER})
    ) / 30.4 as rate
from stop
where pays_from < pays_to and planned is not null
order by number, period;

create macro gap_days(h) as
    case
        when unit(h) < 0.46 then 0
        when unit(h) < 0.58 then 10 + pick(h, 'gap', 21)
        when unit(h) < 0.77 then 31 + pick(h, 'gap', 60)
        when unit(h) < 0.91 then 91 + pick(h, 'gap', 90)
        else 181 + pick(h, 'gap', 320)
    end;
"""

# One row per payer who pays on $day: how often. `h` is the hash of the payer and the day.
ACTIVITY = """
insert into activity
with awake as (
    select *, rate * $factor as busy,
        hash(xor(key, $day_hash::ubigint)) as h,
        cycle_of($day, pays_from, cycle) as turn
    from payer
    where pays_from <= $day and $day < pays_to and not ($day between frozen_from and frozen_to - 1)
),
paying as (
    select * from awake
    where (unit(h) < busy / (1 + busy) or pays_from = $day)
        and (turn = 0 or $day - pays_from - turn * cycle >= gap_days(hash(xor(key, hash(turn)))))
)
select number, period, planned, habit, $day::int as day, h,
    greatest(1, floor(ln(unit(h)) / ln(busy / (1 + busy))))::int as payments
from paying
"""

ACTIVITY_TABLE = """
create or replace temp table activity (
    number bigint, period int, planned int, habit int, day int, h ubigint, payments int
);
"""

TICKETS = f"""
create macro kind_of(p) as
    case
        when draw(p, 'kind') < {c.TRANSFER_SHARE} then 'transfer'
        when draw(p, 'kind') < {c.TRANSFER_SHARE + c.TOPUP_SHARE} then 'topup'
        else 'purchase'
    end;
create macro large_ticket(p) as
    least({c.LARGE_CAP}, {c.LARGE_FROM} * pow(draw(p, 'large'), {-1 / c.LARGE_TAIL}));
create macro ticket_yuan(p, kind) as
    case
        when kind = 'purchase' then {c.TICKET_MEDIAN} * exp({c.TICKET_SIGMA} * normal(p, 'ticket'))
        when draw(p, 'is large') < {c.LARGE_SHARE} then large_ticket(p)
        else {c.TRANSFER_MEDIAN} * exp({c.TRANSFER_SIGMA} * normal(p, 'ticket'))
    end;
-- most transfers and large sums are round, a third of the purchases are whole yuan
create macro ticket_fen(p, yuan) as
    case
        when yuan >= 1000 then round(yuan / 50) * 5000
        when yuan >= 200 and draw(p, 'round') < 0.5 then round(yuan / 10) * 1000
        when yuan >= 2 and draw(p, 'round') < 0.35 then round(yuan) * 100
        else greatest(10, round(yuan * 100))
    end::bigint;
create macro failure(p) as
    case
        when draw(p, 'failure') >= {c.FAILURE_SHARE} then null
        when draw(p, 'failure') < {c.FAILURE_SHARE / 2} then 'insufficient_balance'
        when draw(p, 'failure') < {c.FAILURE_SHARE * 0.7} then 'limit'
        when draw(p, 'failure') < {c.FAILURE_SHARE * 0.85} then 'risk'
        else 'other'
    end;
-- two humps, round noon and in the evening
create macro second_of_day(p) as
    if(draw(p, 'hump') < 0.45, 25200, 43200) + ((draw(p, 'early') + draw(p, 'late')) * 21500)::int;
create macro mcc_of(p, kind) as
    if(kind = 'purchase', ['5411', '5812', '5814', '5541', '5912', '5311', '4111', '4814', '7832', '5999']
        [1 + pick(p, 'mcc', 10)], '6012');
"""

# Payments of the days in `activity`. A wallet that is not in force that day gives way to the main one.
MADE = """
create or replace temp table made as
with each as (
    select * exclude (payments), unnest(range(payments))::int as seq from activity
),
keyed as (
    select *, hash(xor(h, hash(seq))) as p from each
),
wanted as (
    select keyed.*, number * 100 + period * 10 as main, habit_pick.rank as wanted_rank
    from keyed
    join habit_pick on habit_pick.slot = (habit * 8 + planned) * 64 + pick(p, 'wallet', 64)
),
used as (
    select wanted.*,
        if(wanted.day >= bond.signed and wanted.day < bond.terminated, wanted_rank, 1) as used_rank,
        coalesce(used_rank > 1, false) as is_second,
        if(is_second, bond.card, 1) as card,
        if(is_second, bond.institution_code, first.institution_code) as institution_code,
        if(is_second, bond.rail, first.rail) as rail
    from wanted
    left join bond on bond.bond = main + wanted_rank
    join bond as first on first.bond = main + 1
),
priced as (
    select *, kind_of(p) as kind, ticket_fen(p, ticket_yuan(p, kind_of(p))) as amount_fen,
        failure(p) as failure
    from used
)
select day, number, seq, period, used_rank as rank, card, institution_code, rail, kind, amount_fen,
    failure, p,
    second_of_day(p) as second,
    mcc_of(p, kind) as mcc,
    day + days_late(p) as arrives,
    null::int as paid_day,
    'good' as defect
from priced
"""

# Refunds of the payments in `made`, on the day of the refund; a payment that came late is not refunded.
REFUNDS = f"""
with refunded as (
    select *, (day + 1 + floor(pow(draw(p, 'refund lag'), 2) * ({c.REFUND_DAYS} - 1)))::int as refund_day
    from made
    where kind = 'purchase' and failure is null and arrives = day
        and draw(p, 'refund') < {c.REFUND_SHARE / 0.9}
)
select * exclude (refund_day)
    replace (
        refund_day as day,
        refund_day as arrives,
        day as paid_day,
        'refund' as kind,
        case
            when draw(p, 'partial') >= {c.REFUND_PARTIAL} then amount_fen
            else greatest(1, amount_fen * (1 + pick(p, 'part', 9)) // 10)
        end as amount_fen
    )
from refunded
"""
