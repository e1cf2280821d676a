"""Campaign contacts and rewards: grants, the institution's statement and the funding account's ledger.

A few of a day's customers are drawn by place, so the work is as large as the result. A campaign lasts a
quarter of a year and is named for it. About two in a hundred reward items do not match, for each reason.
"""

CONTACTS_A_DAY = 0.004  # of the customers
GRANTS_A_DAY = 0.001
REWARD_MEMORY_DAYS = 20  # a day's statement and ledger can name grants this old

MACROS = """
create macro quarter_campaign(day) as
    'GEN' || extract(year from as_date(day)) || 'Q' || extract(quarter from as_date(day));
"""

_DRAWN = """
drawn as (
    select day, n, hash(xor(hash(xor(hash($seed::bigint), hash(day))), hash('{purpose}' || n))) as key
    from range($first - {memory}, $last + 1) as days(day),
        range(ceil($customers * {rate})::bigint) as numbers(n)
),
person as (
    select drawn.day::int as day, n, drawn.key, life.number, life.key as life_key
    from drawn join life on life.slot = drawn.key % $customers::ubigint
    where drawn.day >= opened and drawn.day < gone
)
"""

CONTACTS = f"""
with {_DRAWN.format(purpose="contact", memory=0, rate=CONTACTS_A_DAY)},
consenting as (
    select *, 32400 + pick(key, 'time', 30000) as second, 'K' || strftime(as_date(day), '%Y%m%d')
            || lpad(n::varchar, 7, '0') as stem
    from person where draw(life_key, 'consent') < 0.62
),
step as (
    select *, 'sent' as event, 0 as delay from consenting
    union all
    select *, if(draw(key, 'fails') < 0.04, 'failed', 'delivered'), 5 from consenting
    union all
    select *, 'opened', 600 from consenting where draw(key, 'fails') >= 0.04 and draw(key, 'opens') < 0.25
    union all
    select *, 'clicked', 660 from consenting where draw(key, 'fails') >= 0.04 and draw(key, 'opens') < 0.06
    union all
    select *, 'complained', 900 from consenting where draw(key, 'complains') < 0.002
)
select day,
    stem || '-' || event as contact_id,
    quarter_campaign(day) as campaign_id,
    customer_name(number) as customer_id,
    ['sms', 'app', 'wechat', 'call'][1 + pick(key, 'channel', 4)] as channel,
    event,
    as_time(day, second + delay) as event_at
from step
order by day, n, delay, event
"""

_GRANTED = (
    _DRAWN.format(purpose="grant", memory=REWARD_MEMORY_DAYS, rate=GRANTS_A_DAY)
    + """,
granted as (
    select *, 'W' || strftime(as_date(day), '%Y%m%d') || lpad(n::varchar, 7, '0') as grant_id,
        quarter_campaign(day) as campaign_id,
        1 + pick(key, 'reward', 3) as reward,
        36000 + pick(key, 'time', 30000) as second
    from person
)"""
)

GRANTS = f"""
with {_GRANTED}
select day,
    grant_id,
    campaign_id,
    customer_name(number) as customer_id,
    ['R5', 'R10', 'R20'][reward] as reward_code,
    [500, 1000, 2000][reward] as amount_fen,
    as_time(day, second) as granted_at
from granted
where day >= $first
order by day, n
"""

# What the institution says happened to the grants; `own` is the day of the event.
_STATED = (
    _GRANTED
    + """,
redeemed as (
    select *, 'redeem' as event, day + pick(key, 'redeem lag', 8) as own, 0 as line
    from granted where draw(key, 'redeems') < 0.7
),
refunded as (
    select * replace ('refund' as event, own + 1 + pick(key, 'refund lag', 5) as own, 1 as line)
    from redeemed where draw(key, 'refunds') < 0.03
),
redeemed_twice as (
    select * replace (own + 1 as own, 2 as line) from redeemed where draw(key, 'twice') < 0.004
),
unknown as (
    select * replace ('U' || grant_id as grant_id, 3 as line) from redeemed where draw(key, 'unknown') < 0.004
),
refunded_only as (
    select *, 'refund' as event, day + 1 + pick(key, 'refund lag', 5) as own, 4 as line
    from granted where draw(key, 'redeems') >= 0.7 and draw(key, 'refunded only') < 0.006
),
stated as (
    select *, 'S' || substr(grant_id, 2) || line as statement_id,
        [500, 1000, 2000][reward] - if(event = 'redeem' and draw(key, 'differs') < 0.005, 100, 0) as fen
    from (
        from redeemed union all from refunded union all from redeemed_twice union all from unknown
        union all from refunded_only
    )
)"""
)

STATEMENTS = f"""
with {_STATED}
select own as day,
    statement_id,
    institution.code as institution_code,
    grant_id,
    campaign_id,
    ['R5', 'R10', 'R20'][reward] as reward_code,
    event,
    fen as amount_fen,
    as_time(own, if(line = 0 and own = day, 66000, 40000) + pick(key, 'stated', 18000)) as event_at,
    'WT' || substr(statement_id, 2) as txn_id
from stated
join institution on institution.wallet = stated.key % (select count(*) from institution)::ubigint
where own between $first and $last and draw(key, 'not stated') >= 0.003
order by own, grant_id, line
"""

LEDGER = f"""
with {_STATED},
posted as (
    select *, own + pick(key, 'posted', 3) as posted from stated where draw(key, 'not posted') >= 0.005
)
select posted as day,
    'L' || substr(statement_id, 2) as entry_id,
    statement_id,
    campaign_id,
    if(event = 'refund', -fen, fen) as amount_fen,
    as_date(posted) as posted_on
from posted
where posted between $first and $last
order by posted, grant_id, line
"""
