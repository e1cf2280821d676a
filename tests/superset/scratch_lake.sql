-- Made-up rows in the published shapes; statements run in order, parameters: customers, first_day, days.
create or replace table lake.mart.segment_node as
with org as (select org_code, coalesce(org_code = '530000' or parent_code = '530000', false) as splits from lake.mart.organisation)
select
    case when splits then 'v1-local' else 'v1' end as rule_version, org.org_code, node_id, parent_id, depth,
    is_leaf and not (splits and node_id = 'B7') as is_leaf, hq_leaf, name_zh, name_en, condition, sort_order
from tree_node, org
where tree_node.org_code is null or org.splits;

create or replace table lake.mart.segment_ancestor as
with recursive walk as (
    select node_id as leaf, node_id, parent_id, depth, hq_leaf from tree_node where is_leaf
    union all
    select walk.leaf, up.node_id, up.parent_id, up.depth, walk.hq_leaf
    from walk inner join tree_node as up on walk.parent_id = up.node_id
)
select leaf, node_id, depth::int as depth, hq_leaf from walk;

create or replace table lake.mart.rule_version_day as
select $first_day::date + i::int as day, org_code, rule_version
from (select distinct org_code, rule_version from lake.mart.segment_node), range($days) as r(i);

create or replace temp table city as
select org_code as city, parent_code as province, row_number() over (partition by parent_code order by org_code) - 1 as place
from lake.mart.organisation where level = 'tier2';

create or replace temp table province as
select
    org_code as province, (select count(*) from city where city.province = org_code) as cities,
    sum(weight) over (order by org_code) - weight as low, sum(weight) over (order by org_code) as high
from (
    select org_code, case org_code when '530000' then 1500 else 20 + hash(org_code) % 100 end as weight
    from lake.mart.organisation where level = 'tier1'
);

create or replace temp table leaf as
select
    node_id as leaf, 'v1' as rule_version,
    sum(weight) over (order by sort_order) - weight as low, sum(weight) over (order by sort_order) as high
from (
    select node_id, sort_order,
        case when node_id[1] in ('D', 'G') then 90 when node_id = 'X1' then 10 else 30 end + hash(node_id) % 60 as weight
    from tree_node where is_leaf and org_code is null
);

create or replace temp table person_day as
with person as (
    select
        i as customer_key, i * 2654435761 % 1000003 as r1, hash(i) % 1000 as r2, hash(i + 7919) % 1000 as r3,
        hash(i * 31) % 25 as phase
    from range(1, $customers + 1) as t(i)
),
alive as (
    select person.*, d.i as number, $first_day::date + d.i::int as day
    from person, range($days) as d(i)
    where not (r2 < 30 and d.i < r2 * 2 % $days) and not (r2 >= 970 and d.i > r2 * 3 % $days)
)
select
    *,
    hash(customer_key, case when r3 < 20 and number > r3 * 5 % $days then 1 else 0 end) as home,
    hash(customer_key, (number + phase) // 25, 'segment') as draw,
    hash(customer_key, 'city') as street
from alive;

create or replace temp table placed as
select person_day.*, province.province, city.city
from person_day
inner join province
    on home % (select max(high) from province)::ubigint >= low and home % (select max(high) from province)::ubigint < high
left join city on province.province = city.province and street % (cities + (street % 20 = 0)::int)::ubigint = city.place;

create or replace table lake.mart.segment_membership
(day date, province varchar, city varchar, customer_key bigint, segment varchar, hq_segment varchar, rule_version varchar);

alter table lake.mart.segment_membership set partitioned by (day, province);

insert into lake.mart.segment_membership
select
    day, province, city, customer_key,
    case when province = '530000' and leaf = 'B7' then case when street % 2 = 0 then 'B7_YN_CROP' else 'B7_YN_OTHER' end else leaf end,
    leaf, case when province = '530000' then 'v1-local' else 'v1' end
from placed
inner join leaf
    on draw % (select max(high) from leaf)::ubigint >= low and draw % (select max(high) from leaf)::ubigint < high
order by day, province, customer_key;

create or replace temp table seat as
select m.day, o.org_code, o.level as org_level, n.node_id, n.parent_id, n.depth, n.is_leaf, m.customer_key,
    abs(hash(customer_key) % 50)::bigint + 18 as age, (hash(customer_key, 'aum') % 9000000)::bigint as aum_fen,
    (hash(customer_key, m.segment) % 40)::bigint as pay_cnt_30d
from lake.mart.segment_membership as m
inner join lake.mart.organisation as o on o.level = 'hq' or m.province = o.org_code or m.city = o.org_code
inner join lake.mart.segment_ancestor as a on a.leaf = case when o.level = 'hq' then m.hq_segment else m.segment end
inner join lake.mart.segment_node as n on n.node_id = a.node_id and n.org_code = o.org_code;

create or replace table lake.mart.segment_profile_daily as
with counted as (
    select day, org_code, org_level, node_id, parent_id, depth, is_leaf, count(*) as customers,
        sum(age)::bigint as age_sum, avg(age) as age_avg, sum(aum_fen)::bigint as aum_fen_sum, avg(aum_fen) as aum_fen_avg,
        sum(pay_cnt_30d)::bigint as pay_cnt_30d_sum, avg(pay_cnt_30d) as pay_cnt_30d_avg
    from seat group by all
),

size as (select day, org_code, node_id, customers from counted)

select
    c.*, c.aum_fen_sum // 2 as deposit_fen_sum, c.aum_fen_avg / 2 as deposit_fen_avg,
    c.customers as bound_institutions_sum, 1.0::double as bound_institutions_avg,
    pay_cnt_30d_sum * 7000 as pay_amt_30d_sum, pay_cnt_30d_avg * 7000 as pay_amt_30d_avg,
    pay_cnt_30d_sum * 3 as pay_cnt_90d_sum, pay_cnt_30d_avg * 3 as pay_cnt_90d_avg,
    pay_cnt_30d_sum * 21000 as pay_amt_90d_sum, pay_cnt_30d_avg * 21000 as pay_amt_90d_avg,
    pay_cnt_30d_sum // 80 as refund_cnt_30d_sum, pay_cnt_30d_avg / 80 as refund_cnt_30d_avg,
    pay_cnt_30d_sum // 33 as fail_cnt_30d_sum, pay_cnt_30d_avg / 33 as fail_cnt_30d_avg,
    c.customers / p.customers as share_of_parent,
    c.customers - d1.customers as change_1d, c.customers - d7.customers as change_7d, c.customers - d30.customers as change_30d
from counted as c
left join size as p on p.day = c.day and p.org_code = c.org_code and p.node_id = c.parent_id
left join size as d1 on d1.day = c.day - 1 and d1.org_code = c.org_code and d1.node_id = c.node_id
left join size as d7 on d7.day = c.day - 7 and d7.org_code = c.org_code and d7.node_id = c.node_id
left join size as d30 on d30.day = c.day - 30 and d30.org_code = c.org_code and d30.node_id = c.node_id;


create or replace table lake.mart.day_status as
select day, org_code as province, true as landed, true as computed, false as stale, false as blocked, null::varchar as reason
from lake.mart.rule_version_day inner join lake.mart.organisation using (org_code) where level = 'tier1';

-- What trials of other values read; its columns come from hashes of their own, not from the membership above.
create or replace table lake.mart.customer_wide as
with draw as (
    select
        day, province, city, customer_key,
        hash(customer_key, segment, 'a')::ubigint as a, hash(customer_key, segment, 'b')::ubigint as b,
        hash(customer_key, segment, 'c')::ubigint as c, hash(customer_key, segment, 'paid') % 500 as recency
    from lake.mart.segment_membership
)
select
    day, province, city, customer_key,
    case when a % 60 = 0 then 'frozen' else 'active' end as status, (16 + b % 70)::int as age,
    (a % 12 > 0)::int as debit_cards, 1 as bindable_cards, (c % 400)::int as newest_card_age_days, true as has_mobile,
    false as id_expired, (a % 5)::int as bound_agreements, (a % 5 // 2 + (a % 5 > 0)::int)::int as bound_institutions,
    a % 2 = 0 as ever_bound, (b % 300)::int as days_since_last_unbind, (c % 300)::int as days_since_first_bind,
    case when b % 6 > 0 then recency::int end as days_since_last_paid, (recency + c % 300)::int as days_since_first_paid,
    case when c % 9 = 0 then 120 end as gap_before_return_days, (b % 60)::int as pay_cnt_30d,
    (c % 900000)::bigint as pay_amt_30d, (a % 40)::int as pay_cnt_prev90_before_30d, (c % 9000000)::bigint as aum_fen,
    (c % 90000)::bigint as deposit_fen, (b % 3 * 500000)::bigint as inflow_payroll_90d, 0::bigint as inflow_pension_90d,
    (a % 7 // 6 * 30000)::bigint as inflow_subsidy_90d, 0::bigint as inflow_crop_90d, b % 3 > 0 as is_rural
from draw;

create or replace table lake.mart.segment_edge_daily as
select day, org_code, node_id, '(any)' as column_name, '(any)' as direction, '(any)' as to_leaf, customers // 3 as customers
from lake.mart.segment_profile_daily where is_leaf
union all
select day, org_code, node_id, 'days_since_last_paid', 'later', 'E3', customers // 4
from lake.mart.segment_profile_daily where is_leaf and node_id[1] = 'D'
union all
select day, org_code, node_id, 'pay_cnt_30d', 'up', 'D5', customers // 9
from lake.mart.segment_profile_daily where is_leaf and node_id[1] = 'D';

create schema if not exists lake.int;

create or replace table lake.int.computed_day as
select 'segments' as kind, day, province, 1::bigint as load_id from lake.mart.day_status;

create or replace table lake.mart.segment_distribution_daily as
with described as (
    select day, org_code, node_id,
        case
            when age < 25 then '16-24' when age < 35 then '25-34' when age < 45 then '35-44' when age < 55 then '45-54'
            when age < 65 then '55-64' else '65+'
        end as age_band,
        case when hash(customer_key, 'gender') % 100 < 52 then 'F' else 'M' end as gender,
        case when (hash(customer_key, 'rural') % 100)::bigint < age then 'rural' else 'urban' end as is_rural,
        case when pay_cnt_30d = 0 then 'none' when pay_cnt_30d % 3 = 0 then 'wechat' else 'alipay' end as institution
    from seat
)
select day, org_code, node_id, dimension, value, count(*) as customers
from described unpivot (value for dimension in (age_band, gender, is_rural, institution))
group by all;
