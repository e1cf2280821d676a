with

leaves as (

    select
        member.province,
        member.city,
        member.segment,
        member.hq_segment,
        count(*) as customers,
        count(wide.age) as age_known,
        sum(wide.age) as age_sum,
        sum(wide.aum_fen) as aum_fen_sum,
        sum(wide.deposit_fen) as deposit_fen_sum,
        sum(wide.bound_institutions) as bound_institutions_sum,
        sum(wide.pay_cnt_30d) as pay_cnt_30d_sum,
        sum(wide.pay_amt_30d) as pay_amt_30d_sum,
        sum(wide.pay_cnt_90d) as pay_cnt_90d_sum,
        sum(wide.pay_amt_90d) as pay_amt_90d_sum,
        sum(wide.refund_cnt_30d) as refund_cnt_30d_sum,
        sum(wide.fail_cnt_30d) as fail_cnt_30d_sum
    from mart.segment_membership as member
    inner join mart.customer_wide as wide
        on member.day = wide.day and member.customer_key = wide.customer_key
    where member.day = $day and wide.day = $day
    group by member.province, member.city, member.segment, member.hq_segment

),

-- A leaf counts for its city, its province and head office, which sees the main tree only.
organised as (

    select organisation.org_code, leaves.hq_segment as leaf, leaves.* from leaves
    inner join mart.organisation as organisation on organisation.level = 'hq'
    union all
    select leaves.province as org_code, leaves.segment as leaf, leaves.* from leaves
    union all
    select leaves.city as org_code, leaves.segment as leaf, leaves.* from leaves where leaves.city is not null

),

ancestor as (

    select tree.leaf, tree.node_id
    from int.tree_ancestor as tree
    inner join int.tree_of_day as of_day on tree.tree = of_day.tree
    where of_day.day = $day

),

summed as (

    select
        organised.org_code,
        ancestor.node_id,
        sum(organised.customers) as customers,
        sum(organised.age_known) as age_known,
        sum(organised.age_sum) as age_sum,
        sum(organised.aum_fen_sum) as aum_fen_sum,
        sum(organised.deposit_fen_sum) as deposit_fen_sum,
        sum(organised.bound_institutions_sum) as bound_institutions_sum,
        sum(organised.pay_cnt_30d_sum) as pay_cnt_30d_sum,
        sum(organised.pay_amt_30d_sum) as pay_amt_30d_sum,
        sum(organised.pay_cnt_90d_sum) as pay_cnt_90d_sum,
        sum(organised.pay_amt_90d_sum) as pay_amt_90d_sum,
        sum(organised.refund_cnt_30d_sum) as refund_cnt_30d_sum,
        sum(organised.fail_cnt_30d_sum) as fail_cnt_30d_sum
    from organised
    inner join ancestor on organised.leaf = ancestor.leaf
    group by organised.org_code, ancestor.node_id

)

-- Every node that an organisation sees has a row, with 0 customers too: a tree never loses a branch.
select
    cast($day as date) as day,
    node.org_code,
    organisation.level as org_level,
    node.node_id,
    node.parent_id,
    node.depth,
    node.is_leaf,
    cast(coalesce(summed.customers, 0) as bigint) as customers,
    cast(coalesce(summed.age_known, 0) as bigint) as age_known,
    cast(coalesce(summed.age_sum, 0) as bigint) as age_sum,
    cast(coalesce(summed.aum_fen_sum, 0) as bigint) as aum_fen_sum,
    cast(coalesce(summed.deposit_fen_sum, 0) as bigint) as deposit_fen_sum,
    cast(coalesce(summed.bound_institutions_sum, 0) as bigint) as bound_institutions_sum,
    cast(coalesce(summed.pay_cnt_30d_sum, 0) as bigint) as pay_cnt_30d_sum,
    cast(coalesce(summed.pay_amt_30d_sum, 0) as bigint) as pay_amt_30d_sum,
    cast(coalesce(summed.pay_cnt_90d_sum, 0) as bigint) as pay_cnt_90d_sum,
    cast(coalesce(summed.pay_amt_90d_sum, 0) as bigint) as pay_amt_90d_sum,
    cast(coalesce(summed.refund_cnt_30d_sum, 0) as bigint) as refund_cnt_30d_sum,
    cast(coalesce(summed.fail_cnt_30d_sum, 0) as bigint) as fail_cnt_30d_sum
from mart.segment_node as node
inner join mart.rule_version_day as version
    on node.org_code = version.org_code and node.rule_version = version.rule_version and version.day = $day
inner join mart.organisation as organisation on node.org_code = organisation.org_code
left join summed on node.org_code = summed.org_code and node.node_id = summed.node_id
