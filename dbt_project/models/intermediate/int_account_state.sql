-- Each account (debit card) as last handed over by the day, with its deposit: one row per day and account.
with

earlier as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

upserted as (

    {{ handed_over(ref('stg_account'), 'account_key') }}

),

balances as (

    {{ handed_over(ref('stg_balance'), 'account_key') }}

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
