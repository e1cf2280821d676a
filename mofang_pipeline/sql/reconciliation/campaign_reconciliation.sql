-- Every class of every campaign of the day that is counted anew, those without items too.
with

counted as (

    select
        campaign,
        class,
        count(*) as items,
        sum(grant_rows) as grant_rows,
        sum(grant_fen) as grant_fen,
        sum(statement_rows) as statement_rows,
        sum(statement_fen) as statement_fen,
        sum(ledger_rows) as ledger_rows,
        sum(ledger_fen) as ledger_fen
    from reward_item
    group by campaign, class

),

campaigns as (

    select campaign from counted
    union
    select campaign from campaign_term where is_frozen

)

select
    cast($as_of as date) as day,
    campaigns.campaign,
    classes.class,
    classes.place,
    cast(coalesce(counted.items, 0) as bigint) as items,
    cast(coalesce(counted.grant_rows, 0) as bigint) as grant_rows,
    cast(coalesce(counted.grant_fen, 0) as bigint) as grant_fen,
    cast(coalesce(counted.statement_rows, 0) as bigint) as statement_rows,
    cast(coalesce(counted.statement_fen, 0) as bigint) as statement_fen,
    cast(coalesce(counted.ledger_rows, 0) as bigint) as ledger_rows,
    cast(coalesce(counted.ledger_fen, 0) as bigint) as ledger_fen
from campaigns
cross join reward_class as classes
left join counted on campaigns.campaign = counted.campaign and classes.class = counted.class
