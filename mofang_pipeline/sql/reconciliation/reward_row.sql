-- One row per landed reward row known on the day: the item that it belongs to, and what its grant says of it.
create or replace temp table reward_row as
with

-- What a campaign says of a grant: whose it is, and whether it goes beyond the cap or the budget.
judged as (

    select
        granted.grant_id,
        granted.campaign,
        granted.amount_fen,
        cast(granted.granted_at as date) as on_day,
        term.from_day,
        term.to_day,
        coalesce(member.is_control, false) as is_control,
        coalesce(term.has_audience, false) and member.customer_key is null as is_outside_audience,
        coalesce(
            row_number() over (
                partition by granted.campaign, granted.customer_key, granted.reward_code
                order by granted.granted_at, granted.grant_id
            ) > cap.cap_per_customer,
            false
        )
        or coalesce(
            sum(granted.amount_fen) over (
                partition by granted.campaign order by granted.granted_at, granted.grant_id
                rows between unbounded preceding and current row
            ) > term.budget_fen,
            false
        ) as is_over_cap,
        case when confirmed.match_id is null then 'grant' else 'match' end as item_kind,
        coalesce(confirmed.match_id, granted.grant_id) as item_id
    from grant_known as granted
    left join campaign_term as term on granted.campaign = term.campaign
    left join campaign_cap as cap
        on granted.campaign = cap.campaign and granted.reward_code = cap.reward_code
    left join campaign_member as member
        on granted.campaign = member.campaign and granted.customer_key = member.customer_key
    left join confirmed_row as confirmed on confirmed.side = 'grant' and granted.grant_id = confirmed.row_id

),

-- The statement's rows of each grant in their order; at one moment a redemption comes before its refund.
told as (

    select
        stated.*,
        stated.event = 'redeem' and coalesce(lag(stated.event) over in_order = 'redeem', false) as is_duplicate
    from statement_known as stated
    where exists (select 1 from judged where judged.grant_id = stated.grant_id)
    window in_order as (
        partition by stated.grant_id
        order by stated.event_at, case when stated.event = 'redeem' then 0 else 1 end, stated.statement_id
    )

),

-- A redemption with the refunds up to the next one is a round; refunds before any redemption go with the first.
counted as (

    select
        told.*,
        sum(case when event = 'redeem' and not is_duplicate then 1 else 0 end) over (
            partition by grant_id
            order by event_at, case when event = 'redeem' then 0 else 1 end, statement_id
            rows between unbounded preceding and current row
        ) as redemptions
    from told

),

rounds as (

    select
        counted.*,
        case when redemptions = 0 then 1 else redemptions end as round,
        coalesce(redemptions = 0, false) as is_refund_alone,
        greatest(max(redemptions) over (partition by grant_id), 1) as last_round
    from counted

),

-- An earlier round is an item of its own, named by its redemption; the grant goes with the last one.
earlier as (

    select grant_id, round, statement_id from rounds where event = 'redeem' and not is_duplicate and round < last_round

),

postings as (

    select statement_id, sum(amount_fen) as posted_fen
    from ledger_known
    where statement_id is not null
    group by statement_id

),

stated as (

    select
        rounds.statement_id,
        case
            when confirmed.match_id is not null then 'match'
            when rounds.is_duplicate or rounds.round < rounds.last_round then 'statement'
            else judged.item_kind
        end as item_kind,
        case
            when confirmed.match_id is not null then confirmed.match_id
            when rounds.is_duplicate then rounds.statement_id
            when rounds.round < rounds.last_round then earlier.statement_id
            else judged.item_id
        end as item_id,
        judged.campaign,
        rounds.grant_id,
        cast(rounds.event_at as date) as on_day,
        rounds.amount_fen,
        rounds.event,
        rounds.institution_code,
        false as is_ungranted,
        rounds.is_duplicate and confirmed.match_id is null as is_duplicate,
        rounds.is_refund_alone,
        rounds.event = 'redeem' and (
            coalesce(cast(rounds.event_at as date) < judged.from_day, false)
            or coalesce(cast(rounds.event_at as date) > judged.to_day, false)
        ) as is_outside_window,
        judged.is_control,
        judged.is_outside_audience,
        judged.is_over_cap,
        judged.amount_fen as granted_fen
    from rounds
    inner join judged on rounds.grant_id = judged.grant_id
    left join earlier on rounds.grant_id = earlier.grant_id and rounds.round = earlier.round
    left join confirmed_row as confirmed on confirmed.side = 'statement' and rounds.statement_id = confirmed.row_id
    union all by name
    select
        statement_id,
        'statement' as item_kind,
        statement_id as item_id,
        campaign,
        grant_id,
        cast(event_at as date) as on_day,
        amount_fen,
        event,
        institution_code,
        true as is_ungranted
    from statement_known
    where not exists (select 1 from judged where judged.grant_id = statement_known.grant_id)

)

select
    'grant' as side,
    grant_id as row_id,
    item_kind,
    item_id,
    campaign,
    grant_id,
    on_day,
    amount_fen,
    cast(null as varchar) as event,
    cast(null as varchar) as institution_code,
    cast(null as bigint) as posted_fen,
    false as is_ungranted,
    false as is_duplicate,
    false as is_refund_alone,
    false as is_outside_window,
    is_control,
    is_outside_audience,
    is_over_cap,
    amount_fen as granted_fen
from judged
union all by name
select
    'statement' as side,
    stated.statement_id as row_id,
    stated.* exclude (statement_id),
    postings.posted_fen
from stated
left join postings on stated.statement_id = postings.statement_id
union all by name
select
    'ledger' as side,
    entry.entry_id as row_id,
    case when confirmed.match_id is not null then 'match' else coalesce(stated.item_kind, 'entry') end as item_kind,
    coalesce(confirmed.match_id, stated.item_id, entry.entry_id) as item_id,
    coalesce(stated.campaign, entry.campaign) as campaign,
    stated.grant_id,
    entry.posted_on as on_day,
    entry.amount_fen,
    confirmed.match_id is not null as is_posted_together
from ledger_known as entry
left join stated on entry.statement_id = stated.statement_id
left join confirmed_row as confirmed on confirmed.side = 'ledger' and entry.entry_id = confirmed.row_id
