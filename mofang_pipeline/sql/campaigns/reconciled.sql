-- Fen on which both sides agree, and fen of items that nobody has resolved, on the last reconciled day by $as_of.
with

last_day as (

    select max(day) as day
    from mart.campaign_reconciliation
    where campaign = $campaign and day <= $as_of

)

select
    (
        select coalesce(sum(sums.statement_fen), 0)
        from mart.campaign_reconciliation as sums
        inner join last_day on sums.day = last_day.day
        where sums.campaign = $campaign and sums.class = 'matched'
    ) as settled_fen,
    (
        select coalesce(sum(greatest(abs(item.difference_fen), coalesce(item.statement_fen, 0))), 0)
        from mart.campaign_break as item
        inner join last_day on item.day = last_day.day
        where item.campaign = $campaign and item.resolution is null
    ) as open_fen
