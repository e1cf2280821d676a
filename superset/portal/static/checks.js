// What a failed check found, in the reader's language. Checks are written in English (expectations/, quality/identities.py,
// dbt's tests); tests/superset/test_check_words.py sees to it that every one has its Chinese words here.
import { lang } from "./context.js";

const CHINESE = {
  age_not_negative: "差异的账龄不能为负", amount_not_negative: "金额不能为负", amount_where_count: "有笔数才有金额，有金额必有笔数", amounts_grow_with_the_window: "较长窗口的金额不小于较短窗口",
  arms_as_planned: "各组规模应与计划一致", assets_not_negative: "总资产不应为负", audience_as_frozen: "活动名单应与启动时冻结的一致", bindable_within_cards: "可绑卡数不超过持卡数", binding_history: "绑卡历史应前后一致",
  branches_do_not_jump: "分行客户数一天内不应大幅变动", break_items: "列出的差异应与统计一致，且不重复", calendar_windows_within_rolling_ones: "自然月窗口应在滚动窗口之内", causes: "变化原因应拆分每条流向的全部客户", child_of_its_parent: "子节点应比上级低一层",
  count_not_negative: "笔数不能为负", counts_grow_with_the_window: "较长窗口的笔数不小于较短窗口", customers_do_not_jump: "客户数一天内不应骤增", customers_do_not_vanish: "客户数一天内不应骤减", difference_differs: "相互抵消的差异需要核对",
  distribution_sums: "分布之和应等于节点客户数", edge_within_node: "临界客户应属于该节点，且只计一次", every_class: "每个活动的每一类都应有一行", failures_for_balance_within_failures: "余额不足失败数不超过失败总数", few_items_break: "活动对账不符的比例过高",
  few_move_in_a_day: "一天内换客群的客户过多", few_rows_refused: "文件被隔离的行过多", file_accepted: "文件整体被拒收，请发送方重送", first_before_last_payment: "首次支付不晚于最近支付", flow_in: "流入之和应等于当日客户数", flow_out: "流出之和应等于前一日客户数",
  gaps_follow_from_payment_days: "支付间隔应与支付日期一致", handed_over: "推送中断：再执行一次相同命令即可继续", has_customers: "没有客户的行不应存在", hq_cover: "总行流向应覆盖两天的全部客户", in_the_population: "销户或已故客户不应在统计范围内", institutions_within_agreements: "绑定机构数不超过协议数",
  institutions_within_payments: "支付机构数应与支付一致", interval_holds_the_effect: "置信区间应包含效果值", is_given: "必填字段为空", item_has_rows: "对账项应有对应的明细行", known_cause: "原因取值不在允许范围内", known_class: "对账分类不在允许范围内", known_dimension: "分布维度不在允许范围内",
  known_direction: "变化方向不在允许范围内", known_gender: "性别取值不在允许范围内", known_kind: "客群集类型不在允许范围内", known_level: "机构层级不在允许范围内", known_method: "评估方法不在允许范围内", known_organisation: "机构不在机构表中", known_special_segment: "特殊客群取值不在允许范围内",
  known_status: "文件状态不在允许范围内", known_value: "分布取值不在允许范围内", known_verdict: "评估结论不在允许范围内", landing_rows_add_up: "到达行数应等于入库、隔离与重复之和", leaf_customers: "末级客群人数应与客群归属一致", leaf_maps_to_head_office: "分行客群应对应总行的一个客群", leaf_of_tree: "客群应是决策树的末级节点",
  leaver_was_pushed: "离开名单的客户应曾在名单上", measures_of_customers: "节点指标应与其客户一致", membership_rows: "客群归属应每位客户一行", mismatch_withholds_the_verdict: "分组失衡时不应给出结论", month_of_day: "月份应与日期一致", never_paid_has_no_payments: "从未支付的客户不应有支付记录", no_personal_data: "隔离区不得含个人信息",
  node_sums: "下级节点之和应等于上级", not_in_the_future: "不应晚于当日", not_negative: "人数不能为负", not_null: "必填字段为空", nothing_published_is_blocked: "已发布的日子不应被拦截：修正数据后重新运行", one_arm_each: "一位客户只能在一个组", one_change_to_another_leaf: "临界变化应指向另一个客群", one_leaf: "每位客户应恰好在一个客群",
  one_root: "决策树应只有一个根节点", one_version_a_day: "客群集一天只能有一个版本", payments_arrived_as_usual: "支付文件不完整", payments_as_usual: "当日支付晚到或缺失", plausible_age: "年龄不合理，请核对出生日期", plausible_average_age: "节点平均年龄不合理", plausible_depth: "决策树层数不合理", push_funnel: "候选人数应等于推送与各类排除之和",
  push_receipts: "回执应对应已推送的行", reward_sums: "权益对账合计应与到达明细一致", root_is_population: "根节点应等于全部客户", says_what_is_at_stake: "差异应写明对象、金额与账龄", says_which_answer_changed: "流向应说明是哪个问题的答案变了", says_why: "状态应说明原因", segments_do_not_jump: "客群人数一天内不应骤变",
  set_of_population: "客群集成员应是当日客户", set_size: "客群集人数应等于成员数", sum_not_negative: "合计不能为负", windows_meet_last_payment: "支付窗口应与最近支付日一致",
};
const BY_DBT = { keyed_by_: "主键重复", given_: "必填字段为空", known_in_: "引用的客户不存在", one_of_: "取值不在允许范围内", customer_wide_given: "客户宽表必填字段为空" };

/** A check's name: what must hold, with the column where one rule is of several. */
export function checkName(name) {
  if (lang !== "zh") return name;
  const [, rule, column] = name.match(/^(\w+)(?:\((\w+)\))?/) ?? [];
  const known = CHINESE[rule] ?? BY_DBT[Object.keys(BY_DBT).find((start) => name.startsWith(start))];
  return known ? `${known}${column ? `（${column}）` : ""}` : name;
}

/** "3 row(s), first KEY: what is wrong; why": in Chinese the first row, since the name says what must hold. */
export function finding(reason) {
  const first = lang === "zh" && reason?.match(/ row\(s\), first (.+?): /);
  return first ? `首行 ${first[1]}` : reason;
}
