-- The leaf of head office's main tree for every customer on $day, written apart from the product: from the
-- landing files alone, with the default parameters. Views of the landing tables must exist.
with customer_now as (
    select * from customer where dt <= $day
    qualify row_number() over (partition by customer_id order by dt desc) = 1
),
account_now as (
    select * from account where dt <= $day
    qualify row_number() over (partition by account_id order by dt desc) = 1
),
valid_card as (
    select customer_id, count(*) as cards, sum(bindable::int) as bindable_cards,
        min(date_diff('day', opened_on, $day)) as newest
    from account_now where status = 'active' group by 1
),
agreement_now as (
    select account_id, agreement_id, any_value(institution_code) as institution,
        arg_max(event, event_at) as last_event, min(event_at)::date as signed_on, max(event_at)::date as touched_on
    from agreement where event_at::date <= $day group by all
),
bound as (
    select customer_id,
        count(distinct institution) filter (last_event = 'sign') as institutions,
        min(signed_on) as first_bind,
        max(touched_on) filter (last_event = 'terminate') as last_unbind
    from agreement_now join account_now using (account_id) group by 1
),
paid_day as (
    select distinct customer_id, paid_at::date as day
    from payment join account_now using (account_id)
    where paid_at::date <= $day and payment.status = 'success' and kind in ('purchase', 'transfer', 'topup')
        and amount_fen > 0 and txn_id is not null
),
gap as (
    select *, date_diff('day', lag(day) over (partition by customer_id order by day), day) as gap from paid_day
),
recency as (
    select customer_id, min(day) as first_paid, date_diff('day', max(day), $day) as r,
        max(gap) filter (day > $day - 30) as gap_before_return
    from gap group by 1
),
volume as (
    select customer_id,
        count(*) filter (paid_at::date > $day - 30) as n,
        coalesce(sum(amount_fen) filter (paid_at::date > $day - 30), 0) as amount,
        count(*) filter (paid_at::date > $day - 120 and paid_at::date <= $day - 30) as n_before
    from (select distinct on (txn_id) * from payment order by txn_id, dt desc) as payment
    join account_now using (account_id)
    where paid_at::date <= $day and payment.status = 'success' and kind in ('purchase', 'transfer', 'topup')
    group by 1
),
deposit as (
    select customer_id, sum(deposit_fen) as deposit
    from (
        select * from balance where dt <= $day
        qualify row_number() over (partition by account_id order by dt desc) = 1
    ) join account_now using (account_id) group by 1
),
asset as (
    select customer_id, aum_fen as aum from holding where dt <= $day
    qualify row_number() over (partition by customer_id order by dt desc) = 1
),
paid_in as (
    select customer_id, count(*) as wages from inflow join account_now using (account_id)
    where kind in ('payroll', 'pension', 'subsidy') and received_at::date between $day - 89 and $day group by 1
),
wide as (
    select *, date_diff('day', birth_date, $day) / 365.2425 as age, coalesce(institutions, 0) >= 2 as multi,
        date_diff('day', first_bind, $day) as bound_days
    from customer_now
    left join valid_card using (customer_id) left join bound using (customer_id)
    left join recency using (customer_id) left join volume using (customer_id)
    left join deposit using (customer_id) left join asset using (customer_id)
    left join paid_in using (customer_id)
    where customer_now.status in ('active', 'frozen')
)
select customer_id,
    case
        when status = 'frozen' or age < 16 then 'X1'
        when cards is null then if(aum >= 100000, 'A1', 'A2')
        when coalesce(institutions, 0) = 0 then case
            when first_bind is not null then if(date_diff('day', last_unbind, $day) <= 90, 'B1', 'B2')
            when not has_mobile or id_expires_on < $day or bindable_cards = 0 then 'B3'
            when newest <= 30 then 'B4' when age >= 65 then 'B5' when aum >= 5000000 then 'B6'
            when wages > 0 then 'B7' else 'B8' end
        when first_paid is null then case when bound_days <= 30 then 'C1' when bound_days <= 180 then 'C2' else 'C3' end
        when r < 30 then case
            when first_paid > $day - 30 then 'D1' when gap_before_return >= 90 then 'D2'
            when n >= 30 then case when multi and aum >= 5000000 then 'D3' when multi then 'D4' else 'D5' end
            when n >= 10 then case when multi and aum >= 5000000 then 'D6' when multi then 'D7'
                when amount >= 300000 then 'D8' else 'D9' end
            when n >= 3 then if(amount >= 100000, 'D10', 'D11')
            else 'D12' end
        when r <= 90 then case when deposit < 10000 then 'E1' when n_before >= 15 then 'E2' else 'E3' end
        when r <= 180 then if(aum >= 100000, 'F1', 'F2')
        when r > 365 then 'G1' when aum >= 5000000 then 'G2' else 'G3'
    end as leaf
from wide
