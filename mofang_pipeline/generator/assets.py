"""Cards, their balances, and what a customer owns altogether. Amounts are fen; days count from 1970-01-01.

A balance holds for a period of 20 to 60 days of the customer's own, then a new row is handed over.
"""

from mofang_pipeline.generator import calibration as c

CARDS = """
create table card as
with planned as (
    select number, key, opened as came, gone,
        case
            when draw(key, 'cards') < 0.045 then 0 when draw(key, 'cards') < 0.65 then 1
            when draw(key, 'cards') < 0.92 then 2 else 3
        end as cards
    from life
),
issued as (
    select *, unnest(range(1, cards + 1))::int as card,
        case
            when card = 1 and draw(key, 'first card late') < 0.8 then came
            when card = 1 then came + pick(key, 'first card', 90)
            else came + pick(key, 'card ' || card, greatest(gone - came, 1))
        end as opened
    from planned
),
ended as (
    select *,
        case
            when draw(key, 'card ends ' || card) >= if(card = 1, 0.05, 0.15) then gone
            else least(gone, opened + 200 + pick(key, 'card end ' || card, 4000))
        end as closed
    from issued
)
select number, key, card, opened::int as opened, closed::int as closed,
    case
        when draw(key, 'class ' || card) < 0.72 then 'I'
        when draw(key, 'class ' || card) < 0.96 then 'II'
        else 'III'
    end as account_class,
    draw(key, 'bindable ' || card) >= if(card > 1, 0.04, if(draw(key, 'binds') >= 0.8, 0.08, 0)) as bindable
from ended
where opened < closed
order by number, card;
"""

# A card's row on the day it opens and on the day it closes.
ACCOUNT_CHANGES = """
select number, card, opened as day from card where opened between $first and $last
union all
select number, card, closed from card where closed between $first and $last
"""

ACCOUNT_STOCK = """
select number, card, $day::int as day from card join life using (number)
where card.opened <= $day and life.gone >= $day - {kept}
"""

ACCOUNT_ROWS = """
with asked as ({asked})
select day,
    account_name(number, card) as account_id,
    customer_name(number) as customer_id,
    as_date(opened) as opened_on,
    case when closed <= day then as_date(closed) end as closed_on,
    if(closed <= day, 'closed', 'active') as status,
    account_class,
    bindable
from asked join card using (number, card)
order by day, number, card
"""

MACROS = f"""
create macro period_length(key) as 20 + pick(key, 'balance period', 41);
create macro period_of(key, day) as cycle_of(day, pick(key, 'balance phase', 60), period_length(key));
create macro wealth(key) as normal(key, 'wealth');
create macro deposit(key, card, period) as
    case
        when draw(hash(xor(key, hash(period))), 'empty') < {c.EMPTY_SHARE} then 0.01
        when card > 1 then 0.3 else 1
    end * exp({c.DEPOSIT_SIGMA} * wealth(key) + 0.3 * normal(hash(xor(key, hash(period))), 'swing'));
create macro deposit_fen(key, card, period) as
    round(100 * {c.DEPOSIT_MEDIAN} * deposit(key, card, period))::bigint;
create macro invested_fen(key) as
    case
        when draw(key, 'invests') >= {c.INVEST_SHARE} then 0
        else money({c.INVEST_MEDIAN}, {c.INVEST_SIGMA}, normal(key, 'invested'))
    end;
-- what a customer without a card keeps in a passbook
create macro passbook_fen(key) as money(1500, 1.5, normal(key, 'passbook'));
"""

# Customers whose balances change: at the start of a period and when they come or a card opens or closes.
BALANCE_CHANGES = """
with rhythm as (
    select number, key, opened, gone, period_length(key)::bigint as length,
        (pick(key, 'balance phase', 60) + (period_of(key, $first - 1) + 1) * length)::bigint as next_start
    from life where gone >= $first
),
change as (
    select number, key, day::int as day
    from (select *, unnest(range(next_start, least($last, gone) + 1, length)) as day from rhythm)
    where day > opened
    union all select number, key, opened from life
    union all select number, key, opened from card
    union all select number, key, closed from card
)
select distinct number, key, day from change where day between $first and $last
"""

BALANCE_STOCK = """
select number, key, $day::int as day from life where $day between opened and gone
"""

BALANCE_ROWS = """
with asked as ({asked})
select asked.day,
    account_name(number, card) as account_id,
    if(asked.day >= closed, 0, deposit_fen(card.key, card, period_of(card.key, asked.day))) as deposit_fen
from asked join card using (number)
where asked.day between opened and closed
order by asked.day, number, card
"""

HOLDING_ROWS = """
with asked as ({asked}),
deposited as (
    select asked.day, number, sum(deposit_fen(card.key, card, period_of(card.key, asked.day)))::bigint as fen
    from asked join card using (number)
    where asked.day >= opened and asked.day < closed
    group by all
)
select asked.day,
    customer_name(number) as customer_id,
    coalesce(deposited.fen, passbook_fen(key)) + invested_fen(key) as aum_fen
from asked left join deposited using (number, day)
order by asked.day, number
"""
