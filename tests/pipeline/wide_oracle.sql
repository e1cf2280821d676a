-- The wide table of one day told again, plainly and slowly, from landed rows: no ledger, no state, no rolling on.
-- What counts on $day: versions that had landed by $day + 3, the last of each key, of events up to $day.
with

payment_versions as (

    select * from landed.payment
    where sign = 1 and dt <= cast($day as date) + 3
    qualify row_number() over (partition by txn_key order by dt desc, seq desc) = 1

),

visible as (

    select * from payment_versions where event_day <= cast($day as date) and coalesce(status, 'success') = 'success'

),

refunds as (

    select original_txn_key as txn_key, sum(amount_fen) as refunded from visible where kind = 'refund' group by all

),

net as (

    select visible.* from visible left join refunds using (txn_key)
    where coalesce(kind, 'purchase') <> 'refund' and coalesce(refunds.refunded, 0) < visible.amount_fen

),

payment_sums as (

    select
        customer_key,
        count(*) filter (event_day > cast($day as date) - 1) as pay_cnt_1d, sum(amount_fen) filter (event_day > cast($day as date) - 1) as pay_amt_1d,
        count(*) filter (event_day > cast($day as date) - 7) as pay_cnt_7d, sum(amount_fen) filter (event_day > cast($day as date) - 7) as pay_amt_7d,
        count(*) filter (event_day > cast($day as date) - 30) as pay_cnt_30d, sum(amount_fen) filter (event_day > cast($day as date) - 30) as pay_amt_30d,
        count(*) filter (event_day > cast($day as date) - 60) as pay_cnt_60d, sum(amount_fen) filter (event_day > cast($day as date) - 60) as pay_amt_60d,
        count(*) filter (event_day > cast($day as date) - 90) as pay_cnt_90d, sum(amount_fen) filter (event_day > cast($day as date) - 90) as pay_amt_90d,
        count(*) filter (event_day > cast($day as date) - 180) as pay_cnt_180d, sum(amount_fen) filter (event_day > cast($day as date) - 180) as pay_amt_180d,
        count(*) filter (event_day > cast($day as date) - 365) as pay_cnt_365d, sum(amount_fen) filter (event_day > cast($day as date) - 365) as pay_amt_365d,
        count(*) filter (event_day > cast($day as date) - 120 and event_day <= cast($day as date) - 30) as pay_cnt_prev90_before_30d,
        count(*) filter (event_day >= date_trunc('month', cast($day as date))) as pay_cnt_mtd,
        count(*) filter (
            event_day < date_trunc('month', cast($day as date)) and event_day >= date_trunc('month', cast($day as date)) - interval 1 month
        ) as pay_cnt_prev_month,
        count(distinct institution_code) filter (event_day > cast($day as date) - 30) as institutions_paid_30d,
        min(event_day) as first_paid_on,
        max(event_day) as last_paid_on
    from net group by customer_key

),

payment_days as (

    select
        customer_key,
        event_day,
        event_day - lag(event_day) over (partition by customer_key order by event_day) as gap
    from (select distinct customer_key, event_day from net)

),

gaps as (

    select
        customer_key,
        arg_max(gap, event_day) as last_gap_days,
        max(gap) filter (event_day > cast($day as date) - 30) as gap_before_return_days
    from (select * replace (coalesce(gap, -1) as gap) from payment_days)
    group by customer_key

),

top as (

    select customer_key, institution_code as top_institution_30d
    from net where event_day > cast($day as date) - 30 and institution_code is not null
    group by customer_key, institution_code
    qualify row_number() over (partition by customer_key order by count(*) desc, sum(amount_fen) desc, institution_code) = 1

),

other as (

    select
        customer_key,
        count(*) filter (kind = 'refund' and coalesce(status, 'success') = 'success') as refund_cnt_30d,
        count(*) filter (status = 'failed') as fail_cnt_30d,
        count(*) filter (status = 'failed' and fail_reason = 'insufficient_balance') as fail_balance_cnt_30d
    from payment_versions where event_day <= cast($day as date) and event_day > cast($day as date) - 30 group by all

),

inflows as (

    select
        customer_key,
        sum(amount_fen) filter (kind = 'payroll') as inflow_payroll_90d,
        sum(amount_fen) filter (kind = 'pension') as inflow_pension_90d,
        sum(amount_fen) filter (kind = 'subsidy') as inflow_subsidy_90d,
        sum(amount_fen) filter (kind = 'crop') as inflow_crop_90d
    from (
        select * from landed.inflow where sign = 1 and dt <= cast($day as date) + 3
        qualify row_number() over (partition by inflow_key order by dt desc, seq desc) = 1
    )
    where event_day <= cast($day as date) and event_day > cast($day as date) - 90 group by all

),

contacts as (

    select customer_key, count(*) as contact_cnt_30d
    from (
        select * from landed.campaign_contact where sign = 1 and dt <= cast($day as date) + 3
        qualify row_number() over (partition by contact_key order by dt desc, seq desc) = 1
    )
    where event_day <= cast($day as date) and event_day > cast($day as date) - 30 and event = 'sent' group by all

),

rewards as (

    select customer_key, sum(amount_fen) as reward_amt_90d
    from (
        select * from landed.reward_grant where sign = 1 and dt <= cast($day as date) + 3
        qualify row_number() over (partition by grant_id order by dt desc, seq desc) = 1
    )
    where event_day <= cast($day as date) and event_day > cast($day as date) - 90 group by all

),

accounts as (

    select * from landed.account where dt <= $day
    qualify row_number() over (partition by account_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

balances as (

    select account_key, deposit_fen from landed.balance where dt <= $day
    qualify row_number() over (partition by account_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

cards as (

    select
        customer_key,
        count(*) filter (is_open) as debit_cards,
        count(*) filter (is_open and coalesce(status, 'active') = 'active' and coalesce(bindable, true)) as bindable_cards,
        cast($day as date) - max(opened_on) filter (is_open) as newest_card_age_days,
        sum(deposit_fen) as deposit_fen
    from (
        select
            *,
            opened_on <= $day and coalesce(status, 'active') <> 'closed' and (closed_on is null or closed_on > $day)
                as is_open
        from accounts left join balances using (account_key)
    ) group by all

),

agreement_events as (

    select * from landed.agreement
    where sign = 1 and event_day <= cast($day as date) and dt <= cast($day as date) + 3
    qualify row_number() over (partition by agreement_key, event, event_at order by dt desc, seq desc) = 1

),

bindings as (

    select
        agreement.customer_key,
        count(*) filter (last_event = 'sign') as bound_agreements,
        count(distinct institution_code) filter (last_event = 'sign') as bound_institutions,
        cast($day as date) - min(first_sign) as days_since_first_bind,
        cast($day as date) - max(last_sign) as days_since_last_bind,
        cast($day as date) - max(last_termination) as days_since_last_unbind
    from (
        select
            agreement_key,
            arg_max(customer_key, (event_at, seq)) as customer_key,
            arg_max(institution_code, (event_at, seq)) as institution_code,
            arg_max(event, (event_at, seq)) as last_event,
            min(event_day) filter (event = 'sign') as first_sign,
            max(event_day) filter (event = 'sign') as last_sign,
            max(event_day) filter (event = 'terminate') as last_termination
        from agreement_events group by all
    ) as agreement
    group by all

),

customers as (

    select * from landed.customer where dt <= $day
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

),

holdings as (

    select customer_key, aum_fen from landed.holding where dt <= $day
    qualify row_number() over (partition by customer_key order by dt desc, updated_at desc nulls last, seq desc) = 1

)

select
    cast($day as date) as day,
    cast(date_trunc('month', cast($day as date)) as date) as month_start,
    customer_key,
    province_code as province,
    city_code as city,
    customers.status,
    date_part('year', age(cast($day as date), birth_date)) as age,
    gender,
    is_rural,
    cast($day as date) - customers.opened_on as tenure_days,
    has_mobile,
    coalesce(id_expires_on < $day, false) as id_expired,
    coalesce(consent_marketing, false) as consent_marketing,
    coalesce(debit_cards, 0) as debit_cards,
    coalesce(bindable_cards, 0) as bindable_cards,
    newest_card_age_days,
    coalesce(bound_agreements, 0) as bound_agreements,
    coalesce(bound_institutions, 0) as bound_institutions,
    bound_agreements is not null as ever_bound,
    days_since_first_bind,
    days_since_last_bind,
    days_since_last_unbind,
    first_paid_on,
    last_paid_on,
    cast($day as date) - first_paid_on as days_since_first_paid,
    cast($day as date) - last_paid_on as days_since_last_paid,
    nullif(last_gap_days, -1) as last_gap_days,
    nullif(gap_before_return_days, -1) as gap_before_return_days,
    coalesce(pay_cnt_1d, 0) as pay_cnt_1d, coalesce(pay_amt_1d, 0) as pay_amt_1d,
    coalesce(pay_cnt_7d, 0) as pay_cnt_7d, coalesce(pay_amt_7d, 0) as pay_amt_7d,
    coalesce(pay_cnt_30d, 0) as pay_cnt_30d, coalesce(pay_amt_30d, 0) as pay_amt_30d,
    coalesce(pay_cnt_60d, 0) as pay_cnt_60d, coalesce(pay_amt_60d, 0) as pay_amt_60d,
    coalesce(pay_cnt_90d, 0) as pay_cnt_90d, coalesce(pay_amt_90d, 0) as pay_amt_90d,
    coalesce(pay_cnt_180d, 0) as pay_cnt_180d, coalesce(pay_amt_180d, 0) as pay_amt_180d,
    coalesce(pay_cnt_365d, 0) as pay_cnt_365d, coalesce(pay_amt_365d, 0) as pay_amt_365d,
    coalesce(pay_cnt_prev90_before_30d, 0) as pay_cnt_prev90_before_30d,
    coalesce(pay_cnt_mtd, 0) as pay_cnt_mtd,
    coalesce(pay_cnt_prev_month, 0) as pay_cnt_prev_month,
    coalesce(institutions_paid_30d, 0) as institutions_paid_30d,
    top_institution_30d,
    coalesce(refund_cnt_30d, 0) as refund_cnt_30d,
    coalesce(fail_cnt_30d, 0) as fail_cnt_30d,
    coalesce(fail_balance_cnt_30d, 0) as fail_balance_cnt_30d,
    deposit_fen,
    aum_fen,
    coalesce(inflow_payroll_90d, 0) as inflow_payroll_90d,
    coalesce(inflow_pension_90d, 0) as inflow_pension_90d,
    coalesce(inflow_subsidy_90d, 0) as inflow_subsidy_90d,
    coalesce(inflow_crop_90d, 0) as inflow_crop_90d,
    coalesce(contact_cnt_30d, 0) as contact_cnt_30d,
    coalesce(reward_amt_90d, 0) as reward_amt_90d
from customers
left join holdings using (customer_key)
left join cards using (customer_key)
left join bindings using (customer_key)
left join payment_sums using (customer_key)
left join gaps using (customer_key)
left join top using (customer_key)
left join other using (customer_key)
left join inflows using (customer_key)
left join contacts using (customer_key)
left join rewards using (customer_key)
where customers.opened_on <= $day and customers.status in ('active', 'frozen')
