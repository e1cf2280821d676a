-- One posting of several statement rows (N-1), or several of one (1-N): where postings and what is not posted add up.
-- A posting tells of no customer, so one that names no known statement is suggested only where a single customer and
-- reward of its campaign lacks that sum, and no other posting is of that sum.
with

-- Redemptions of one grant that agree with it, by what they lack of a posting; below 0: what was posted beyond them.
lacking as (

    select
        granted.campaign,
        granted.customer_key,
        granted.reward_code,
        granted.grant_id,
        stated.row_id as statement_id,
        stated.amount_fen,
        granted.amount_fen as grant_fen,
        stated.on_day,
        stated.amount_fen - coalesce(stated.posted_fen, 0) as lacking_fen
    from reward_row as stated
    inner join reward_item as item on stated.item_kind = item.item_kind and stated.item_id = item.item_id
    inner join grant_known as granted on stated.grant_id = granted.grant_id
    where
        stated.side = 'statement' and item.item_kind = 'grant' and item.statement_rows = 1
        and stated.event = 'redeem' and item.grant_fen = item.statement_fen
        and item.class in ('timing', 'missing_ledger', 'amount_difference')
        and stated.amount_fen <> coalesce(stated.posted_fen, 0)

),

-- The earliest first: what they lack together.
added_up as (

    select
        *,
        sum(lacking_fen) over (
            partition by campaign, customer_key, reward_code
            order by on_day, statement_id rows between unbounded preceding and current row
        ) as sum_fen
    from lacking
    where lacking_fen > 0

),

-- The one redemption of the customer and reward on which more was posted than stated.
beyond as (

    select *
    from lacking
    where lacking_fen < 0
    qualify count(*) over (partition by campaign, customer_key, reward_code) = 1

),

posted_beyond as (

    select
        beyond.campaign,
        beyond.customer_key,
        beyond.reward_code,
        added_up.sum_fen,
        beyond.statement_id as anchor_id
    from beyond
    inner join added_up
        on
            beyond.campaign = added_up.campaign and beyond.customer_key = added_up.customer_key
            and beyond.reward_code is not distinct from added_up.reward_code
            and -beyond.lacking_fen = added_up.sum_fen

),

-- Postings that name the same unknown statement belong together; one that names none stands alone.
stray as (

    select
        entry.campaign,
        coalesce(ledger.statement_id, entry.row_id) as named,
        sum(entry.amount_fen) as sum_fen
    from reward_row as entry
    inner join ledger_known as ledger on entry.row_id = ledger.entry_id
    where entry.side = 'ledger' and entry.item_kind = 'entry'
    group by entry.campaign, coalesce(ledger.statement_id, entry.row_id)
    qualify count(*) over (partition by entry.campaign, sum(entry.amount_fen)) = 1

),

lacked_once as (

    select
        campaign,
        customer_key,
        reward_code,
        sum_fen
    from added_up
    qualify count(*) over (partition by campaign, sum_fen) = 1

),

posted_astray as (

    select
        lacked_once.campaign,
        lacked_once.customer_key,
        lacked_once.reward_code,
        lacked_once.sum_fen,
        stray.named as anchor_id
    from lacked_once
    inner join stray on lacked_once.campaign = stray.campaign and lacked_once.sum_fen = stray.sum_fen
    where not exists (
        select 1
        from beyond
        where beyond.campaign = lacked_once.campaign and beyond.customer_key = lacked_once.customer_key
    )
    qualify
        count(*) over (partition by lacked_once.campaign, lacked_once.customer_key, lacked_once.reward_code) = 1

),

fitting as (

    select
        campaign,
        customer_key,
        reward_code,
        sum_fen,
        anchor_id
    from posted_beyond
    union all
    select
        campaign,
        customer_key,
        reward_code,
        sum_fen,
        anchor_id
    from posted_astray

),

redeemed as (

    select
        fitting.campaign,
        fitting.anchor_id,
        added_up.grant_id,
        added_up.grant_fen,
        added_up.statement_id,
        added_up.amount_fen
    from fitting
    inner join added_up
        on
            fitting.campaign = added_up.campaign and fitting.customer_key = added_up.customer_key
            and fitting.reward_code is not distinct from added_up.reward_code and added_up.sum_fen <= fitting.sum_fen
    union all
    select
        beyond.campaign,
        beyond.statement_id as anchor_id,
        beyond.grant_id,
        beyond.grant_fen,
        beyond.statement_id,
        beyond.amount_fen
    from beyond
    inner join posted_beyond on beyond.statement_id = posted_beyond.anchor_id

),

listed as (

    select
        campaign,
        anchor_id,
        'grant' as side,
        grant_id as reward_id,
        grant_fen as amount_fen
    from redeemed
    union all
    select
        campaign,
        anchor_id,
        'statement' as side,
        statement_id as reward_id,
        amount_fen
    from redeemed
    union all
    select
        fitting.campaign,
        fitting.anchor_id,
        'ledger' as side,
        ledger.entry_id as reward_id,
        ledger.amount_fen
    from fitting
    inner join ledger_known as ledger on fitting.anchor_id = coalesce(ledger.statement_id, ledger.entry_id)

)

select
    cast($as_of as date) as day,
    campaign,
    'P-' || anchor_id as match_id,
    case when count(*) filter (side = 'statement') over (partition by campaign, anchor_id) > 1 then 'N-1' else '1-N' end
        as shape,
    side,
    reward_id,
    amount_fen
from listed
