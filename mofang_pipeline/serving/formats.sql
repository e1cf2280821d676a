-- How numbers are written for people. zh: 1,234 / 1.2万 / 3.45亿; en: 1,234 / 12.3k / 3.45M.
create or replace macro lake.serving.count_zh(n) as
case
    when abs(n) >= 100000000 then format('{:.2f}亿', n / 100000000.0)
    when abs(n) >= 100000 then format('{:.1f}万', n / 10000.0)
    else format('{:,}', cast(n as bigint))
end;

create or replace macro lake.serving.count_en(n) as
case
    when abs(n) >= 1000000 then format('{:.2f}M', n / 1000000.0)
    when abs(n) >= 100000 then format('{:.1f}k', n / 1000.0)
    else format('{:,}', cast(n as bigint))
end;

-- Averages keep two decimals while small.
create or replace macro lake.serving.amount_zh(n) as
case when abs(n) >= 1000 then lake.serving.count_zh(round(n)) else format('{:.2f}', n) end;

create or replace macro lake.serving.amount_en(n) as
case when abs(n) >= 1000 then lake.serving.count_en(round(n)) else format('{:.2f}', n) end;

create or replace macro lake.serving.share(part) as format('{:.1f}%', 100.0 * part);

create or replace macro lake.serving.signed_zh(n) as
case when n = 0 then '＝' else case when n > 0 then '▲' else '▼' end || lake.serving.count_zh(abs(n)) end;

create or replace macro lake.serving.signed_en(n) as
case when n = 0 then '=' else case when n > 0 then '▲' else '▼' end || lake.serving.count_en(abs(n)) end;

-- A measure of one row of segment_profile_daily, in the unit shown to people.
create or replace macro lake.serving.measure_value(node, measure) as
case measure
    when 'customers' then cast(node.customers as double)
    when 'share_of_parent' then 100 * node.share_of_parent
    when 'change_1d' then node.change_1d
    when 'change_7d' then node.change_7d
    when 'change_30d' then node.change_30d
    when 'age' then node.age_avg
    when 'aum' then node.aum_fen_avg / 100
    when 'deposit' then node.deposit_fen_avg / 100
    when 'bound_institutions' then node.bound_institutions_avg
    when 'pay_cnt_30d' then node.pay_cnt_30d_avg
    when 'pay_amt_30d' then node.pay_amt_30d_avg / 100
    when 'refund_cnt_30d' then node.refund_cnt_30d_avg
    when 'fail_cnt_30d' then node.fail_cnt_30d_avg
end;

create or replace macro lake.serving.measure_zh(measure, n) as
coalesce(
    case
        when measure = 'customers' then lake.serving.count_zh(n)
        when measure like 'change%' then lake.serving.signed_zh(n)
        else lake.serving.amount_zh(n)
    end,
    '–'
);

create or replace macro lake.serving.measure_en(measure, n) as
coalesce(
    case
        when measure = 'customers' then lake.serving.count_en(n)
        when measure like 'change%' then lake.serving.signed_en(n)
        else lake.serving.amount_en(n)
    end,
    '–'
);

-- The change of a node in the tree chart's rich text: u up, d down, s none.
create or replace macro lake.serving.change_mark(n, written) as
case
    when n is null then ''
    when n > 0 then '{u|' || written || '}'
    when n < 0 then '{d|' || written || '}'
    else '{s|' || written || '}'
end;
