-- One redemption of several grants (N-1), or several of one (1-N): rows of one customer and reward whose sums agree.
-- The anchor is the one item of the customer and reward whose redemption is not what was granted; what is missing on
-- its lower side is made up from the earliest rows that are open there, if they make it up exactly.
with

anchored as (

    select
        item.campaign,
        item.item_id,
        item.grant_id,
        item.statement_id,
        item.grant_fen,
        item.statement_fen,
        granted.customer_key,
        granted.reward_code,
        count(*) over (partition by item.campaign, granted.customer_key, granted.reward_code) as anchors
    from reward_item as item
    inner join grant_known as granted on item.grant_id = granted.grant_id
    where
        item.class = 'amount_difference' and item.item_kind = 'grant'
        and item.statement_rows = 1 and item.grant_fen <> item.statement_fen

),

anchor as (

    select * from anchored where anchors = 1

),

-- Grants not redeemed, where more was stated than granted; redemptions too many, where less.
open_row as (

    select
        anchor.item_id,
        'grant' as side,
        granted.grant_id as row_id,
        granted.amount_fen,
        granted.granted_at as happened_at
    from anchor
    inner join grant_known as granted
        on
            anchor.campaign = granted.campaign
            and anchor.customer_key = granted.customer_key
            and anchor.reward_code is not distinct from granted.reward_code
    inner join reward_item as item
        on granted.grant_id = item.item_id and item.item_kind = 'grant' and item.class = 'unredeemed'
    where anchor.statement_fen > anchor.grant_fen
    union all
    select
        anchor.item_id,
        'statement' as side,
        stated.statement_id as row_id,
        stated.amount_fen,
        stated.event_at as happened_at
    from anchor
    inner join grant_known as granted
        on
            anchor.campaign = granted.campaign
            and anchor.customer_key = granted.customer_key
            and anchor.reward_code is not distinct from granted.reward_code
    inner join statement_known as stated on granted.grant_id = stated.grant_id
    inner join reward_item as item
        on stated.statement_id = item.item_id and item.item_kind = 'statement' and item.class = 'duplicate'
    where anchor.statement_fen < anchor.grant_fen

),

added_up as (

    select
        open_row.*,
        sum(amount_fen) over (
            partition by item_id order by happened_at, row_id rows between unbounded preceding and current row
        ) as sum_fen
    from open_row

),

matched as (

    select anchor.*, added_up.sum_fen as made_up_fen
    from anchor
    inner join added_up
        on anchor.item_id = added_up.item_id and abs(anchor.statement_fen - anchor.grant_fen) = added_up.sum_fen

),

listed as (

    select matched.*, 'grant' as side, grant_id as row_id, grant_fen as amount_fen from matched
    union all
    select matched.*, 'statement' as side, statement_id as row_id, statement_fen as amount_fen from matched
    union all
    select matched.*, added_up.side, added_up.row_id, added_up.amount_fen
    from matched
    inner join added_up on matched.item_id = added_up.item_id and added_up.sum_fen <= matched.made_up_fen

)

select
    cast($as_of as date) as day,
    campaign,
    'M-' || item_id as match_id,
    case when statement_fen > grant_fen then 'N-1' else '1-N' end as shape,
    side,
    row_id as reward_id,
    amount_fen
from listed
