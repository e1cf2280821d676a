-- Each account (debit card) as last handed over by the day, with its deposit: one row per day and account.
with

earlier as (

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
        earlier.account_key,
        earlier.customer_key,
        earlier.opened_on,
        earlier.closed_on,
        earlier.status,
        earlier.is_bindable
    from earlier
    left join upserted on earlier.account_key = upserted.account_key
    where upserted.account_key is null

)

select
    {{ first_day() }} as day,
    accounts.*,
    case when balances.account_key is not null then balances.deposit_fen else earlier.deposit_fen end as deposit_fen
from accounts
left join earlier on accounts.account_key = earlier.account_key
left join balances on accounts.account_key = balances.account_key
