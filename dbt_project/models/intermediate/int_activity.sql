{{ config(partition_day='known_day', partitioned_by=['known_day', 'is_late'], windows='ledger_ranges') }}
-- The ledger of all that a customer did or was given: one row per known day, event day and customer.
-- `is_late`: known after its own day (a late file, a correction, a refund that takes back an earlier payment).
with

paid as (

    select
        known_day,
        event_day,
        customer_key,{{ activity_columns({'pay_cnt': 'pay_cnt', 'pay_amt': 'pay_amt'}) }}
    from {{ ref('int_institution_activity') }}
    where known_day between {{ first_day() }} and {{ last_day() }}

),

refunds_and_failures as (

    select
        known_day,
        event_day,
        customer_key,{{ activity_columns({
            'refund_cnt': 'case when is_refund then sign else 0 end',
            'fail_cnt': 'case when is_failed then sign else 0 end',
            'fail_balance_cnt': 'case when is_failed_for_balance then sign else 0 end',
        }) }}
    from {{ ref('stg_payment') }}
    where (is_refund or is_failed) and {{ known_in_window() }}

),

received as (

    select
        known_day,
        event_day,
        customer_key,{{ activity_columns({
            'inflow_payroll': "case when kind = 'payroll' then sign * amount_fen else 0 end",
            'inflow_pension': "case when kind = 'pension' then sign * amount_fen else 0 end",
            'inflow_subsidy': "case when kind = 'subsidy' then sign * amount_fen else 0 end",
            'inflow_crop': "case when kind = 'crop' then sign * amount_fen else 0 end",
        }) }}
    from {{ ref('stg_inflow') }}
    where {{ known_in_window() }}

),

contacted as (

    select
        known_day,
        event_day,
        customer_key,{{ activity_columns({'contact_cnt': 'sign'}) }}
    from {{ ref('stg_contact') }}
    where {{ known_in_window() }}

),

rewarded as (

    select
        known_day,
        event_day,
        customer_key,{{ activity_columns({'reward_amt': 'sign * amount_fen'}) }}
    from {{ ref('stg_reward') }}
    where {{ known_in_window() }}

),

together as (

    select * from paid
    union all
    select * from refunds_and_failures
    union all
    select * from received
    union all
    select * from contacted
    union all
    select * from rewarded

)

select
    known_day,
    event_day,
    customer_key,
    event_day <> known_day as is_late,
    {%- for column in activity_measures() %}
    cast(sum({{ column }}) as bigint) as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
from together
group by known_day, event_day, customer_key, event_day <> known_day
