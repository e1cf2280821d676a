-- Each customer as last handed over by the day, in the population or not, with the total assets: one row per day and
-- customer.
with

prior as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

upserted as (

    select *
    from {{ ref('stg_customer') }}
    where dt > {{ base_day() }} and dt <= {{ first_day() }}
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

held as (

    select *
    from {{ ref('stg_holding') }}
    where dt > {{ base_day() }} and dt <= {{ first_day() }}
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

customers as (

    select
        customer_key, province, city, opened_on, status, birth_date, gender, is_rural, has_mobile,
        consent_marketing, id_expires_on
    from upserted
    union all
    select
        prior.customer_key, prior.province, prior.city, prior.opened_on, prior.status, prior.birth_date,
        prior.gender, prior.is_rural, prior.has_mobile, prior.consent_marketing, prior.id_expires_on
    from prior
    left join upserted on prior.customer_key = upserted.customer_key
    where upserted.customer_key is null

)

select
    {{ first_day() }} as day,
    customers.*,
    case when held.customer_key is not null then held.aum_fen else prior.aum_fen end as aum_fen
from customers
left join prior on customers.customer_key = prior.customer_key
left join held on customers.customer_key = held.customer_key
