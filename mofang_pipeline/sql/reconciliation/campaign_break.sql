-- Every item that somebody has to look at, with the day since which it has been one.
select
    cast($as_of as date) as day,
    campaign,
    class,
    item_kind,
    item_id,
    grant_id,
    statement_id,
    entry_id,
    institution_code,
    grant_fen,
    statement_fen,
    ledger_fen,
    cast(net_fen as bigint) as net_fen,
    difference_fen,
    since,
    cast($as_of - since as integer) as age_days
from reward_item
where class not in ('matched', 'unredeemed', 'refunded')
