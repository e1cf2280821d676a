with

days as (

    select day from int.computed_day where kind = 'reconciled' and day in ({days})

),

-- Summed by known day first: a day's total is then a sum of few rows.
arrived as (

    select known_day, 'reward_grant' as side, sum(sign) as n, sum(sign * amount_fen) as fen
    from landed.reward_grant
    group by known_day
    union all
    select known_day, 'reward_statement' as side, sum(sign) as n, sum(sign * amount_fen) as fen
    from landed.reward_statement
    group by known_day
    union all
    select known_day, 'reward_ledger' as side, sum(sign) as n, sum(sign * amount_fen) as fen
    from landed.reward_ledger
    group by known_day

),

landed as (

    select days.day, arrived.side, sum(arrived.n) as n, sum(arrived.fen) as fen
    from days
    inner join arrived on days.day >= arrived.known_day
    group by days.day, arrived.side

),

by_day as (

    select
        day,
        sum(grant_rows) as grant_rows,
        sum(grant_fen) as grant_fen,
        sum(statement_rows) as statement_rows,
        sum(statement_fen) as statement_fen,
        sum(ledger_rows) as ledger_rows,
        sum(ledger_fen) as ledger_fen
    from mart.campaign_reconciliation
    where day in ({days})
    group by day

),

classed as (

    select day, 'reward_grant' as side, grant_rows as n, grant_fen as fen from by_day
    union all
    select day, 'reward_statement' as side, statement_rows as n, statement_fen as fen from by_day
    union all
    select day, 'reward_ledger' as side, ledger_rows as n, ledger_fen as fen from by_day

)

select
    coalesce(landed.day, classed.day) as day,
    coalesce(landed.side, classed.side) as row_key,
    coalesce(landed.n, 0) || ' row(s) of ' || coalesce(landed.fen, 0) || ' fen landed, '
    || coalesce(classed.n, 0) || ' row(s) of ' || coalesce(classed.fen, 0) || ' fen in classes' as reason
from landed
full outer join classed on landed.day = classed.day and landed.side = classed.side
where
    coalesce(landed.n, 0) <> coalesce(classed.n, 0)
    or coalesce(landed.fen, 0) <> coalesce(classed.fen, 0)
