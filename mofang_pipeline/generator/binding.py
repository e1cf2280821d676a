"""Card binding: which institutions a customer signs, when, and when it ends; and the agreement events.

A customer's bound time is one or two periods: after unbinding everything some bind again. Within a period
rank 1, the main institution, is signed first and ends last. Days count from 1970-01-01.
"""

from mofang_pipeline.generator import calibration as c
from mofang_pipeline.generator.customers import ADULT_DAYS, DAYS_KEPT_AFTER_LEAVING


def _planned() -> str:
    total, branches = 0.0, []
    for number, share in c.INSTITUTIONS_PLANNED[:-1]:
        total += share
        branches.append(f"when draw(life.key, 'institutions') < {total} then {number}")
    return f"case {' '.join(branches)} else {c.INSTITUTIONS_PLANNED[-1][0]} end"


PERIODS = f"""
create table bound_period as
with customer as (
    select life.number, life.key, gone, born, card.opened as card_opened, card.closed as card_closed,
        greatest(card.opened, born + {ADULT_DAYS}) as able_from,
        {_planned()} as planned, pick(life.key, 'habit', 512) as habit
    from life join card on card.number = life.number and card.card = 1
),
willing as (
    select customer.*, institution.wallet, institution.valid_from,
        case
            when draw(key, 'bind lag') < 0.5 then pick(key, 'bind soon', 4)
            when draw(key, 'bind lag') < 0.85 then -ln(draw(key, 'bind later')) * 90
            else 60 + pick(key, 'bind late', 1500)
        end::int as lag
    from customer
    join habit on habit.habit = customer.habit and habit.rank = 1
    join institution on institution.wallet = habit.wallet
    where draw(key, 'binds') < if(able_from - born > 62 * 365, 0.60, 0.90)
),
first_period as (
    select *, greatest(able_from + lag, valid_from) as began,
        case
            when draw(key, 'unbinds') >= 0.22 or card_closed - began < 90 then card_closed
            else began + 60 + pick(key, 'unbinds on', card_closed - began - 60)
        end as ended
    from willing
),
again as (
    select *, ended + 15 + pick(key, 'binds again after', 700) as began_again
    from first_period
    where ended < card_closed and draw(key, 'binds again') < 0.45
)
select number, key, planned, habit, wallet, 1 as period, began::int as began, ended::int as ended
from first_period where began < ended
union all
select number, key, planned, habit, wallet, 2, began_again::int, card_closed::int
from again where began_again < card_closed
order by number, period;

create table bond as
with second_card as (
    select number, opened, closed from card where card = 2 and bindable
),
signed as (
    select bound_period.*, habit.rank, institution.code, institution.valid_from, institution.valid_to,
        hash(xor(key, hash(period * 10 + habit.rank))) as bond_key,
        if(institution.union_pay or draw(bond_key, 'rail') < 0.06, 'UNIONPAY', 'NUCC') as rail
    from bound_period
    join habit on habit.habit = bound_period.habit and habit.rank <= bound_period.planned
    join institution on institution.wallet = habit.wallet
),
dated as (
    select *,
        case
            when rank = 1 then began
            when draw(bond_key, 'soon') < 0.55 then began + pick(bond_key, 'sign soon', 40)
            else began + pick(bond_key, 'sign later', 1200)
        end as sign_day,
        case
            when rank > 1 and draw(bond_key, 'dropped') < 0.08
                then least(ended, sign_day + 30 + pick(bond_key, 'drop', 1500))
            else ended
        end as own_end
    from signed
),
carded as (
    select dated.* exclude (sign_day),
        greatest(sign_day, valid_from)::int as signed,
        coalesce(rank > 1 and second.opened <= greatest(sign_day, valid_from), false)
            and draw(bond_key, 'on second card') < 0.3 as on_second,
        if(on_second, 2, 1) as card,
        least(own_end, coalesce(valid_to, own_end), if(on_second, second.closed, own_end))::int as terminated
    from dated left join second_card as second on second.number = dated.number
)
select number * 100 + period * 10 + rank as bond, number, period, rank, card, code as institution_code, rail,
    signed, terminated,
    (25200 + pick(bond_key, 'sign time', 50000)) as sign_second,
    (25200 + pick(bond_key, 'end time', 50000)) as end_second
from carded
where signed < terminated
order by bond;
"""

EVENTS = """
with event as (
    select *, 'sign' as event, signed as day, sign_second as second from bond
    union all
    select *, 'terminate', terminated, end_second from bond
)
select {dt} as day,
    agreement_name(number, period, rank) as agreement_id,
    account_name(number, card) as account_id,
    institution_code,
    event,
    as_time(event.day, second) as event_at,
    rail
from event
where {wanted}
order by event.day, bond, event
"""

# The events of the days $first..$last, each under its own day.
EVENT_ROWS = EVENTS.format(dt="event.day", wanted="event.day between $first and $last")

# All events before $day, of everyone still handed over on $day: the stock of agreements.
STOCK_ROWS = EVENTS.format(
    dt="$day::int",
    wanted="event.day < $day and number in "
    f"(select number from life where gone >= $day - {DAYS_KEPT_AFTER_LEAVING})",
)
