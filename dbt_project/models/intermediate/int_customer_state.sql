-- Each customer as last handed over by the day, in the population or not, with the total assets: one row per day and
-- customer.
with

earlier as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

upserted as (

    {{ handed_over(ref('stg_customer'), 'customer_key') }}

),

held as (

    {{ handed_over(ref('stg_holding'), 'customer_key') }}

),

customers as (

    select
        customer_key, province, city, opened_on, status, birth_date, gender, is_rural, has_mobile,
        consent_marketing, id_expires_on
    from upserted
    union all
    select
        earlier.customer_key, earlier.province, earlier.city, earlier.opened_on, earlier.status, earlier.birth_date,
        earlier.gender, earlier.is_rural, earlier.has_mobile, earlier.consent_marketing, earlier.id_expires_on
    from earlier
    left join upserted on earlier.customer_key = upserted.customer_key
    where upserted.customer_key is null

)

select
    {{ first_day() }} as day,
    customers.*,
    case when held.customer_key is not null then held.aum_fen else earlier.aum_fen end as aum_fen
from customers
left join earlier on customers.customer_key = earlier.customer_key
left join held on customers.customer_key = held.customer_key
