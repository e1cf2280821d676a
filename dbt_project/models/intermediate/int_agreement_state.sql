-- Each agreement (a card bound to an institution) with its first and last events: one row per day and agreement.
with

earlier as (

    select *
    from {{ this }}
    where day = {{ base_day() }}

),

fresh as (

    select
        agreement_key,
        customer_key,
        institution_code,
        case when event = 'sign' then event_day end as first_signed_on,
        case when event = 'sign' then event_day end as last_signed_on,
        case when event = 'terminate' then event_day end as last_terminated_on,
        event as last_event,
        event_at as last_event_at,
        seq as last_seq
    from {{ ref('stg_agreement') }}
    where
        known_day > {{ base_day() }}
        and known_day <= {{ first_day() }}
        and dt > {{ days_before(base_day(), 1) }}

),

touched as (

    select * from fresh
    union all
    select
        earlier.agreement_key, earlier.customer_key, earlier.institution_code, earlier.first_signed_on,
        earlier.last_signed_on, earlier.last_terminated_on, earlier.last_event, earlier.last_event_at, earlier.last_seq
    from earlier
    where earlier.agreement_key in (select fresh.agreement_key from fresh)

),

ranked as (

    select
        *,
        row_number() over (partition by agreement_key order by last_event_at desc, last_seq desc) as place,
        min(first_signed_on) over (partition by agreement_key) as first_sign,
        max(last_signed_on) over (partition by agreement_key) as last_sign,
        max(last_terminated_on) over (partition by agreement_key) as last_termination
    from touched

),

final as (

    select
        agreement_key, customer_key, institution_code, first_sign as first_signed_on, last_sign as last_signed_on,
        last_termination as last_terminated_on, last_event, last_event_at, last_seq
    from ranked
    where place = 1
    union all
    select
        earlier.agreement_key, earlier.customer_key, earlier.institution_code, earlier.first_signed_on,
        earlier.last_signed_on, earlier.last_terminated_on, earlier.last_event, earlier.last_event_at, earlier.last_seq
    from earlier
    left join fresh on earlier.agreement_key = fresh.agreement_key
    where fresh.agreement_key is null

)

select {{ first_day() }} as day, final.*
from final
