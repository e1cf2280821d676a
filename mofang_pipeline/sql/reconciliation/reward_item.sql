-- One row per item: its rows and amounts, and its class, the first of the list that fits it.
create or replace temp table reward_item as
with

measured as (

    select
        item_kind,
        item_id,
        min(campaign) as campaign,
        min(grant_id) as grant_id,
        -- Of several rows the one that the item is about: a refund alone, else the redemption and what was posted for it.
        coalesce(
            min(case when is_refund_alone then row_id end),
            min(case when event = 'redeem' then row_id end),
            min(case when side = 'statement' then row_id end)
        ) as statement_id,
        coalesce(
            min(case when side = 'ledger' and amount_fen > 0 then row_id end),
            min(case when side = 'ledger' then row_id end)
        ) as entry_id,
        min(institution_code) as institution_code,
        sum(case when side = 'grant' then 1 else 0 end) as grant_rows,
        sum(case when side = 'grant' then amount_fen else 0 end) as grant_fen,
        sum(case when side = 'statement' then 1 else 0 end) as statement_rows,
        sum(case when side = 'statement' then amount_fen else 0 end) as statement_fen,
        sum(case when side = 'ledger' then 1 else 0 end) as ledger_rows,
        sum(case when side = 'ledger' then amount_fen else 0 end) as ledger_fen,
        -- The grant of an earlier round is a row of the last one.
        coalesce(sum(case when side = 'grant' then amount_fen end), max(granted_fen)) as granted_fen,
        sum(case when event = 'redeem' then 1 else 0 end) as redemptions,
        sum(case when event = 'redeem' then amount_fen else 0 end) as redeemed_fen,
        sum(case when event = 'refund' then 1 else 0 end) as refunds,
        sum(case when event = 'refund' then amount_fen else 0 end) as refunded_fen,
        -- Postings that a user has confirmed for several statement rows agree with their sum, else each with its own.
        coalesce(bool_or(is_posted_together), false) as is_posted_together,
        sum(case side when 'statement' then signed_fen when 'ledger' then -amount_fen else 0 end) as sum_gap_fen,
        sum(posted_gap) as posted_gap_fen,
        max(abs(posted_gap)) as posted_gap_most,
        sum(case when side = 'statement' and posted_fen is null then signed_fen else 0 end) as unposted_fen,
        min(case when side = 'statement' and posted_fen is null then on_day end) as unposted_since,
        min(case when side = 'grant' then on_day end) as granted_on,
        min(case when side = 'statement' then on_day end) as stated_on,
        min(case when side = 'ledger' then on_day end) as posted_on,
        coalesce(bool_or(is_duplicate), false) as is_duplicate,
        coalesce(bool_or(is_ungranted), false) as is_ungranted,
        coalesce(bool_or(is_refund_alone), false) as is_refund_alone,
        coalesce(bool_or(is_control), false) as is_control,
        coalesce(bool_or(is_outside_audience), false) as is_outside_audience,
        coalesce(bool_or(is_outside_window), false) as is_outside_window,
        coalesce(bool_or(is_over_cap), false) as is_over_cap
    from (
        select
            reward_row.*,
            case when event = 'refund' then -amount_fen else amount_fen end as signed_fen,
            case when event = 'refund' then -amount_fen else amount_fen end - posted_fen as posted_gap
        from reward_row
    )
    group by item_kind, item_id

),

bounded as (

    select
        measured.* replace (
            case when is_posted_together then sum_gap_fen else posted_gap_fen end as posted_gap_fen,
            case when is_posted_together then abs(sum_gap_fen) else posted_gap_most end as posted_gap_most,
            case when not is_posted_together then unposted_since end as unposted_since
        ),
        coalesce(term.tolerance_fen, $tolerance_fen) as tolerance_fen,
        coalesce(term.timing_days, $timing_days) as timing_days
    from measured
    left join campaign_term as term on measured.campaign = term.campaign

),

classed as (

    select
        bounded.*,
        case
            when is_duplicate then 'duplicate'
            when is_ungranted then 'ungranted'
            when is_refund_alone then 'refund_without_redeem'
            when is_control then 'control_leak'
            when is_outside_audience then 'not_in_audience'
            when is_outside_window then 'outside_window'
            when is_over_cap then 'over_cap'
            when
                (redemptions > 0 and abs(redeemed_fen - granted_fen) > tolerance_fen)
                or (refunds > 0 and abs(refunded_fen - redeemed_fen) > tolerance_fen)
                or coalesce(posted_gap_most > tolerance_fen, false)
                then 'amount_difference'
            when item_kind = 'entry'
                then case when $as_of - posted_on <= timing_days then 'timing' else 'missing_statement' end
            when $has_ledger and unposted_since is not null
                then case when $as_of - unposted_since <= timing_days then 'timing' else 'missing_ledger' end
            when refunds > 0 then 'refunded'
            when redemptions = 0 then 'unredeemed'
            else 'matched'
        end as class
    from bounded

)

select
    campaign,
    class,
    item_kind,
    item_id,
    grant_id,
    statement_id,
    entry_id,
    institution_code,
    grant_rows,
    grant_fen,
    statement_rows,
    statement_fen,
    ledger_rows,
    ledger_fen,
    redeemed_fen - refunded_fen as net_fen,
    -- What was stated beyond what is owed, or owed and not stated: statement less grant, or statement less ledger.
    cast(case
        when class in ('duplicate', 'ungranted', 'refund_without_redeem', 'outside_window')
            then redeemed_fen - refunded_fen
        when class in ('control_leak', 'not_in_audience', 'over_cap') then granted_fen
        when class = 'amount_difference' and redemptions > 0 and abs(redeemed_fen - granted_fen) > tolerance_fen
            then redeemed_fen - granted_fen
        when class = 'amount_difference' and refunds > 0 and abs(refunded_fen - redeemed_fen) > tolerance_fen
            then redeemed_fen - refunded_fen
        when class = 'amount_difference' then posted_gap_fen
        when item_kind = 'entry' then -ledger_fen
        when class in ('timing', 'missing_ledger') then unposted_fen
        else 0
    end as bigint) as difference_fen,
    case
        when class in ('control_leak', 'not_in_audience', 'over_cap') then coalesce(granted_on, stated_on)
        when item_kind = 'entry' then posted_on
        when class in ('timing', 'missing_ledger') then unposted_since
        else coalesce(stated_on, granted_on)
    end as since
from classed
