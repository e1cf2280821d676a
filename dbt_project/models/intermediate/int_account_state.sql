-- Each account (debit card) as last handed over by the day, with its deposit: one row per day and account.
with

prior as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

upserted as (

    select *
    from {{ ref('stg_account') }}
    where dt > {{ base_day() }} and dt <= {{ first_day() }}
    qualify row_number() over (partition by account_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

balances as (

    select *
    from {{ ref('stg_balance') }}
    where dt > {{ base_day() }} and dt <= {{ first_day() }}
    qualify row_number() over (partition by account_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

accounts as (

    select account_key, customer_key, opened_on, closed_on, status, is_bindable
    from upserted
    union all
    select
        prior.account_key, prior.customer_key, prior.opened_on, prior.closed_on, prior.status, prior.is_bindable
    from prior
    left join upserted on prior.account_key = upserted.account_key
    where upserted.account_key is null

)

select
    {{ first_day() }} as day,
    accounts.*,
    case when balances.account_key is not null then balances.deposit_fen else prior.deposit_fen end as deposit_fen
from accounts
left join prior on accounts.account_key = prior.account_key
left join balances on accounts.account_key = balances.account_key
