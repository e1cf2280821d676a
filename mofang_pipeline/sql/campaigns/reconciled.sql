-- What the campaign's rewards have cost by the last reconciled day up to $as_of, and what they may cost beyond: fen.
-- Settled are items on which all sides agree, and breaks that somebody takes on as they are. A break that is claimed
-- back costs nothing; any other may.
with

last_day as (

    select max(day) as day
    from mart.campaign_reconciliation
    where campaign = $campaign and day <= $as_of

),

broken as (

    select
        coalesce(item.resolution, 'open') as resolution,
        coalesce(item.net_fen, item.statement_fen, 0) as net_fen,
        item.difference_fen
    from mart.campaign_break as item
    inner join last_day on item.day = last_day.day
    where item.campaign = $campaign

)

select
    (
        select coalesce(sum(sums.statement_fen), 0)
        from mart.campaign_reconciliation as sums
        inner join last_day on sums.day = last_day.day
        where sums.campaign = $campaign and sums.class = 'matched'
    )
    + (
        select coalesce(sum(net_fen), 0) from broken where resolution in ('accepted', 'written_off')
    ) as settled_fen,
    (
        select coalesce(sum(greatest(abs(difference_fen), abs(net_fen))), 0)
        from broken where resolution in ('open', 'awaiting_correction')
    ) as open_fen
