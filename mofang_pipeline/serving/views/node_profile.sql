-- One row per day, organisation, node and measure: the node's average beside its parent's and the whole organisation's.
-- Money is in yuan here, for people.
with node as (
    select
        profile.*,
        day_option.day_text,
        organisation.org_name_zh,
        organisation.org_name_en,
        coalesce(label.node_zh, profile.node_id) as node_zh,
        coalesce(label.node_en, profile.node_id) as node_en
    from lake.mart.segment_profile_daily as profile
    inner join lake.serving.day_option on profile.day = day_option.day
    inner join lake.serving.organisation_option as organisation on profile.org_code = organisation.org_code
    left join lake.serving.rule_version
        on profile.day = rule_version.day and profile.org_code = rule_version.org_code
    left join lake.serving.node_label as label
        on profile.org_code = label.org_code and rule_version.rule_version = label.rule_version
        and profile.node_id = label.node_id
),

beside as (
    select node.*, parent as parent, whole as whole
    from node
    left join lake.mart.segment_profile_daily as parent
        on node.day = parent.day and node.org_code = parent.org_code and node.parent_id = parent.node_id
    left join lake.mart.segment_profile_daily as whole
        on node.day = whole.day and node.org_code = whole.org_code and whole.depth = 0
),

measure as (
    select *
    from (
        values
        (1, 'customers', '客户数（户）', 'Customers'),
        (2, 'share_of_parent', '占上级（%）', 'Of parent (%)'),
        (3, 'change_1d', '较前日', 'Over 1 day'),
        (4, 'change_7d', '较7天前', 'Over 7 days'),
        (5, 'change_30d', '较30天前', 'Over 30 days'),
        (6, 'age', '平均年龄（岁）', 'Age (years)'),
        (7, 'aum', '资产（元）', 'Assets (yuan)'),
        (8, 'deposit', '存款（元）', 'Deposits (yuan)'),
        (9, 'bound_institutions', '绑定机构（家）', 'Institutions'),
        (10, 'pay_cnt_30d', '30天支付（笔）', 'Payments, 30 d'),
        (11, 'pay_amt_30d', '30天支付（元）', 'Paid, 30 d (yuan)'),
        (12, 'refund_cnt_30d', '30天退款（笔）', 'Refunds, 30 d'),
        (13, 'fail_cnt_30d', '30天失败（笔）', 'Failures, 30 d')
    ) as measure (sort_order, measure, measure_zh, measure_en)
),

compared as (
    select
        beside.day,
        beside.day_text,
        beside.org_code,
        beside.org_name_zh,
        beside.org_name_en,
        beside.node_id,
        beside.node_zh,
        beside.node_en,
        measure.*,
        lake.serving.measure_value(beside, measure.measure) as value,
        lake.serving.measure_value(beside.parent, measure.measure) as parent_value,
        lake.serving.measure_value(beside.whole, measure.measure) as whole_value
    from beside
    cross join measure
),

written as (
    select
        *,
        lake.serving.measure_zh(measure, value) as value_zh,
        lake.serving.measure_en(measure, value) as value_en,
        lake.serving.measure_zh(measure, parent_value) as parent_zh,
        lake.serving.measure_en(measure, parent_value) as parent_en,
        lake.serving.measure_zh(measure, whole_value) as whole_zh,
        lake.serving.measure_en(measure, whole_value) as whole_en
    from compared
)

select * from written
