-- Reward rows of $grants grants, with breaks of every class planted, and the class that each row must get.
create or replace temp table planted as
with

numbered as (

    select
        number,
        number % 200 as slot,
        number % 10 as campaign_number,
        'G' || number as grant_id,
        'S' || number as statement_id,
        'P' || number as entry_id,
        $first + cast(number // 10 % 28 as integer) as on_day
    from range($grants) as numbers (number)

)

select
    *,
    'B' || campaign_number as campaign,
    case
        when slot = 0 then 'duplicate'
        when slot = 1 then 'ungranted'
        when slot = 2 then 'refund_without_redeem'
        when slot = 3 then 'control_leak'
        when slot = 4 then 'not_in_audience'
        when slot = 5 then 'outside_window'
        when slot = 6 then 'over_cap'
        when slot = 7 then 'stated too low'
        when slot = 8 then 'posted too low'
        when slot = 9 then 'refunded in part'
        when slot = 10 then 'stated lately'
        when slot = 11 then 'missing_ledger'
        when slot = 12 then 'missing_statement'
        when slot = 13 then 'posted lately'
        when slot = 14 then 'refunded'
        when slot = 15 then 'redeemed again'
        when slot = 16 then 'beyond the budget'
        when slot < 60 then 'unredeemed'
        else 'matched'
    end as kind
from numbered;

create or replace temp table planted_row as
with

granted as (

    select
        'grant' as side,
        grant_id as row_id,
        kind,
        campaign,
        number as customer_key,
        1000 as fen,
        on_day,
        cast(null as varchar) as named,
        cast(null as varchar) as event,
        case
            when kind in ('refund_without_redeem', 'control_leak', 'not_in_audience', 'outside_window', 'missing_ledger',
                'refunded', 'matched') then kind
            when kind in ('stated too low', 'posted too low', 'refunded in part') then 'amount_difference'
            when kind = 'stated lately' then 'timing'
            when kind in ('duplicate', 'redeemed again') then 'matched'
            else 'unredeemed'
        end as expected
    from planted
    where kind <> 'beyond the budget'
    union all by name
    -- The same customer's second grant, an hour later.
    select
        'grant' as side, grant_id || 'B' as row_id, kind, campaign, number as customer_key, 1000 as fen,
        on_day + 1 as on_day, 'over_cap' as expected
    from planted where kind = 'over_cap'
    union all by name
    -- A campaign of its own, whose budget is used up by its first half.
    select
        'grant' as side, grant_id as row_id, kind, 'BUDGET' as campaign, number as customer_key, 1000 as fen,
        $first + cast(number * 20 // $grants as integer) as on_day,
        case when number * 2 < $grants then 'unredeemed' else 'over_cap' end as expected
    from planted where kind = 'beyond the budget'

),

stated as (

    select
        'statement' as side,
        statement_id as row_id,
        kind,
        campaign,
        case when kind = 'stated too low' then 900 else 1000 end as fen,
        case
            when kind = 'outside_window' then $first - 2
            when kind = 'stated lately' then $last - 1
            else on_day + cast(number % 3 as integer)
        end as on_day,
        case when kind = 'ungranted' then 'X' || grant_id else grant_id end as named,
        case when kind = 'refund_without_redeem' then 'refund' else 'redeem' end as event,
        case
            when kind in ('stated too low', 'posted too low', 'refunded in part') then 'amount_difference'
            when kind = 'duplicate' then 'matched'
            when kind = 'redeemed again' then 'refunded'
            when kind = 'stated lately' then 'timing'
            else kind
        end as expected
    from planted
    where
        kind not in (
            'unredeemed', 'over_cap', 'missing_statement', 'posted lately', 'beyond the budget', 'not_in_audience'
        )
    union all by name
    select
        'statement' as side, statement_id || 'B' as row_id, kind, campaign, 1000 as fen, on_day + 4 as on_day,
        grant_id as named, 'redeem' as event, 'duplicate' as expected
    from planted where kind = 'duplicate'
    union all by name
    select
        'statement' as side, statement_id || 'R' as row_id, kind, campaign,
        case when kind = 'refunded in part' then 400 else 1000 end as fen, on_day + 4 as on_day,
        grant_id as named, 'refund' as event,
        case when kind = 'refunded in part' then 'amount_difference' else 'refunded' end as expected
    from planted where kind in ('refunded', 'redeemed again', 'refunded in part')
    union all by name
    select
        'statement' as side, statement_id || 'C' as row_id, kind, campaign, 1000 as fen, on_day + 5 as on_day,
        grant_id as named, 'redeem' as event, 'matched' as expected
    from planted where kind = 'redeemed again'

),

posted as (

    select
        'ledger' as side,
        'P' || row_id as row_id,
        kind,
        campaign,
        case
            when kind = 'posted too low' then 900
            when event = 'refund' then -fen
            else fen
        end as fen,
        on_day,
        row_id as named,
        expected
    from stated
    where expected not in ('timing', 'missing_ledger')
    union all by name
    select
        'ledger' as side, entry_id as row_id, kind, campaign, 1000 as fen,
        case when kind = 'posted lately' then $last - 2 else on_day end as on_day, 'X' || statement_id as named,
        case when kind = 'posted lately' then 'timing' else kind end as expected
    from planted where kind in ('missing_statement', 'posted lately')

)

select * from granted
union all by name
select * from stated
union all by name
select * from posted;

insert into lake.landed.reward_grant by name
select
    on_day as dt, 1 as load_id, row_id as grant_id, campaign as campaign_id, customer_key, 'R10' as reward_code,
    fen as amount_fen, cast(on_day as timestamp) + interval 10 hour as granted_at, on_day as event_day,
    on_day as known_day, 1 as sign
from planted_row where side = 'grant' order by dt;

insert into lake.landed.reward_statement by name
select
    on_day as dt, 1 as load_id, row_id as statement_id, 'alipay' as institution_code, named as grant_id,
    campaign as campaign_id, 'R10' as reward_code, event, fen as amount_fen,
    cast(on_day as timestamp) + interval 12 hour as event_at, on_day as event_day, on_day as known_day, 1 as sign
from planted_row where side = 'statement' order by dt;

insert into lake.landed.reward_ledger by name
select
    on_day as dt, 1 as load_id, row_id as entry_id, named as statement_id, campaign as campaign_id,
    fen as amount_fen, on_day as posted_on, on_day as event_day, on_day as known_day, 1 as sign
from planted_row where side = 'ledger' order by dt;

insert into lake.landed.touch
select 1, 'reward_' || side, on_day, on_day, count(*) from planted_row group by all;

insert into lake.mart.campaign by name
select distinct
    campaign, $first as from_day, $last as to_day, $first as frozen_on, '{}' as plan,
    case when campaign = 'BUDGET' then (select count(*) from planted_row where kind = 'beyond the budget' and expected = 'unredeemed') * 1000 end
        as budget_fen
from planted_row where side = 'grant';

insert into lake.mart.campaign_reward by name
select campaign, 'R10' as reward_code, 1000 as amount_fen, 1 as cap_per_customer from lake.mart.campaign;

insert into lake.mart.campaign_audience by name
select
    campaign, customer_key, $first as frozen_on,
    case when kind = 'control_leak' then 'control' else 'treatment' end as arm
from planted_row
where side = 'grant' and kind <> 'not_in_audience'
group by campaign, customer_key, kind;
