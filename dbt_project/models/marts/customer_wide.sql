-- One row per day and customer in the population: all that the decision tree and the dashboards may ask of a customer.
with

population as (

    select *
    from {{ ref('int_customer_state') }}
    where day = {{ first_day() }} and opened_on <= {{ first_day() }} and status in ('active', 'frozen')

),

cards as (

    select
        customer_key,
        sum(case when is_open then 1 else 0 end) as debit_cards,
        sum(case when is_open and is_bindable and status = 'active' then 1 else 0 end) as bindable_cards,
        max(case when is_open then opened_on end) as newest_card_on,
        sum(deposit_fen) as deposit_fen
    from (
        select
            *,
            opened_on <= {{ first_day() }}
            and status <> 'closed'
            and (closed_on is null or closed_on > {{ first_day() }}) as is_open
        from {{ ref('int_account_state') }}
        where day = {{ first_day() }}
    ) as account
    group by customer_key

),

bindings as (

    select
        customer_key,
        sum(case when last_event = 'sign' then 1 else 0 end) as bound_agreements,
        count(distinct case when last_event = 'sign' then institution_code end) as bound_institutions,
        min(first_signed_on) as first_bound_on,
        max(last_signed_on) as last_bound_on,
        max(last_terminated_on) as last_unbound_on
    from {{ ref('int_agreement_state') }}
    where day = {{ first_day() }}
    group by customer_key

),

institutions as (

    select
        customer_key,
        count(*) as institutions_paid_30d,
        max(case when place = 1 then institution_code end) as top_institution_30d
    from (
        select
            customer_key,
            institution_code,
            row_number() over (
                partition by customer_key order by pay_cnt_30d desc, pay_amt_30d desc, institution_code asc
            ) as place
        from {{ ref('int_institution_state') }}
        where day = {{ first_day() }} and pay_cnt_30d > 0 and institution_code <> ''
    ) as ranked
    group by customer_key

),

activity as (

    select *
    from {{ ref('int_activity_state') }}
    where day = {{ first_day() }}

),

payment_days as (

    select *
    from {{ ref('int_payment_day_state') }}
    where day = {{ first_day() }}

),

final as (

    select
        {{ first_day() }} as day,
        {{ month_start(first_day()) }} as month_start,
        population.customer_key,
        population.province,
        population.city,
        population.status,
        {{ age_on('population.birth_date', first_day()) }} as age,
        population.gender,
        population.is_rural,
        {{ days_between('population.opened_on', first_day()) }} as tenure_days,
        population.has_mobile,
        coalesce(population.id_expires_on < {{ first_day() }}, false) as id_expired,
        population.consent_marketing,
        coalesce(cards.debit_cards, 0) as debit_cards,
        coalesce(cards.bindable_cards, 0) as bindable_cards,
        {{ days_between('cards.newest_card_on', first_day()) }} as newest_card_age_days,
        coalesce(bindings.bound_agreements, 0) as bound_agreements,
        coalesce(bindings.bound_institutions, 0) as bound_institutions,
        bindings.customer_key is not null as ever_bound,
        {{ days_between('bindings.first_bound_on', first_day()) }} as days_since_first_bind,
        {{ days_between('bindings.last_bound_on', first_day()) }} as days_since_last_bind,
        {{ days_between('bindings.last_unbound_on', first_day()) }} as days_since_last_unbind,
        payment_days.first_paid_on,
        payment_days.last_paid_on,
        {{ days_between('payment_days.first_paid_on', first_day()) }} as days_since_first_paid,
        {{ days_between('payment_days.last_paid_on', first_day()) }} as days_since_last_paid,
        payment_days.last_gap_days,
        payment_days.gap_before_return_days,
        {%- for name, column, near, far in rolling_measures() if column in ('pay_cnt', 'pay_amt') %}
        coalesce(activity.{{ name }}, 0) as {{ name }},
        {%- endfor %}
        coalesce(activity.pay_cnt_mtd, 0) as pay_cnt_mtd,
        coalesce(activity.pay_cnt_prev_month, 0) as pay_cnt_prev_month,
        coalesce(institutions.institutions_paid_30d, 0) as institutions_paid_30d,
        institutions.top_institution_30d,
        coalesce(activity.refund_cnt_30d, 0) as refund_cnt_30d,
        coalesce(activity.fail_cnt_30d, 0) as fail_cnt_30d,
        coalesce(activity.fail_balance_cnt_30d, 0) as fail_balance_cnt_30d,
        cards.deposit_fen,
        population.aum_fen,
        {%- for kind in ['payroll', 'pension', 'subsidy', 'crop'] %}
        coalesce(activity.inflow_{{ kind }}_90d, 0) as inflow_{{ kind }}_90d,
        {%- endfor %}
        coalesce(activity.contact_cnt_30d, 0) as contact_cnt_30d,
        coalesce(activity.reward_amt_90d, 0) as reward_amt_90d
    from population
    left join cards on population.customer_key = cards.customer_key
    left join bindings on population.customer_key = bindings.customer_key
    left join activity on population.customer_key = activity.customer_key
    left join payment_days on population.customer_key = payment_days.customer_key
    left join institutions on population.customer_key = institutions.customer_key

)

select
    {%- for column in model.columns.values() %}
    cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
    {%- endfor %}
from final
