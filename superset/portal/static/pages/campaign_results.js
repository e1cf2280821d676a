// What came of a campaign: effects as a forest plot, funnel, spend against budget, where customers went.
import { chart, escaped, GRID, PRIMARY, QUIET, TOOLTIP } from "../charts.js";
import { named, t } from "../context.js";
import { card, el, empty } from "../dom.js";
import { full, money, percent, signed } from "../numbers.js";
import { select } from "../pickers.js";
import { table } from "../table.js";
import { COLOURS, decimal, interval, METHODS, metric, pValue, STAGES, value, VERDICTS } from "./campaign_numbers.js";
import { sankey } from "./flow_sankey.js";

const words = t({
  zh: { nothing: "尚无结果", later: "活动开始并计算其日期后可见。", forest: "效果", scale: "每条线为差异的区间，以各自标准误为单位；虚线为零。", metric: "指标", method: "方法", treated: "触达组", control: "对照组", difference: "差异", interval: "区间", p: "p 值", verdict: "结论",
    sequential: "活动进行中，区间对每日查看均有效。", guard: (names) => `护栏指标变差：${names}`, withheld: "各组人数与方案不符（SRM），结论暂不给出。",
    together: "全部活动合计（对比全局对照组）", whole: (n, wanted, kept, first, last) => `${first} 至 ${last} 共 ${n} 个活动：选中的客户中，${wanted} 位可进入活动，${kept} 位属全局对照组、不参加任何活动。`, fewKept: "全局对照组人数过少，只给差异，不给区间与结论。", sequentialQuarter: "季度未结束，区间对每日查看均有效。", period: "季度", wanted: "可参加活动", keptOut: "全局对照组", total: "合计增量（区间）",
    funnel: "漏斗（触达组）", money: "投入与产出", stage: "阶段", customers: "客户数", share: "占比", budget: "预算", contacts: "触达成本", granted: "已发权益", left: "预算余额", over: "超出预算", rewards: "已对账权益", open: "未决差异", margin: "增量毛利", roi: "增量投入产出比",
    moves: "客群流转", extra: "额外客户（相对对照组）", from: "从", to: "到", spill: "同期活动", other: "活动", shared: "共同客户", balance: "触达是否均衡（p）", interaction: "效果是否不同（p）" },
  en: { nothing: "Nothing to read yet", later: "It comes when the days of the window are computed.", forest: "Effect", scale: "Each line is an interval of the difference in units of its own standard error; dashed: zero.", metric: "Metric", method: "Method", treated: "Treated", control: "Control", difference: "Difference", interval: "Interval", p: "p", verdict: "Verdict",
    sequential: "Under way: the intervals hold at every daily reading.", guard: (names) => `Guardrails that got worse: ${names}`, withheld: "The arms are not as large as planned (SRM): the verdict is withheld.",
    together: "All campaigns together, against the global control group", whole: (n, wanted, kept, first, last) => `${n} campaign${n === 1 ? "" : "s"}, ${first} to ${last}: of the customers they chose, ${wanted} were open to campaigns and ${kept}, the global control group, were in none.`, fewKept: "The global control group is too small for intervals and verdicts; only the differences are told.", sequentialQuarter: "The quarter is under way: the intervals hold at every daily reading.", period: "Quarter", wanted: "Open to campaigns", keptOut: "Global control", total: "In all (interval)",
    funnel: "Funnel (treated)", money: "Cost and return", stage: "Stage", customers: "Customers", share: "Share", budget: "Budget", contacts: "Contacts", granted: "Granted", left: "Left of the budget", over: "Beyond the budget", rewards: "Reconciled rewards", open: "Open breaks", margin: "Incremental margin", roi: "Incremental ROI",
    moves: "Where customers went", extra: "Extra customers, against control", from: "From", to: "To", spill: "Campaigns of the same days", other: "Campaign", shared: "Shared customers", balance: "Treated alike? (p)", interaction: "Another effect? (p)" },
});
const ROW = 30;
const NOWHERE = "(none)"; // closed, or no customer any more
const FEWEST = 100; // customers of each kind for an interval, as campaigns/overall.py has it

export function effectCard(effects, nodes) {
  const byId = new Map(nodes.map((node) => [`to:${node.node_id}`, node]));
  const called = (name) => (byId.has(name) ? `→ ${named(byId.get(name))}` : metric(name));
  if (!effects.length) return card(words.forest, empty(words.nothing, words.later), { id: "effects" });
  const worse = effects.filter((row) => row.is_guardrail && row.verdict === "worse").map((row) => called(row.metric));
  const notes = [
    worse.length && words.guard([...new Set(worse)].join(", ")), effects.some((row) => row.verdict === "withheld") && words.withheld,
    effects.some((row) => row.is_sequential) && words.sequential,
  ].filter(Boolean);
  return card(words.forest, [...notes.map((note) => el("p", { role: "alert" }, note)), forest(effects, called), el("p", { class: "note" }, words.scale), table(effectColumns(called), effects)], { id: "effects" });
}

/** All campaigns of a quarter against the global control group: what they brought each customer, and all of them. */
export function togetherCard(rows) {
  if (!rows.length) return null;
  const periods = [...new Set(rows.map((row) => row.period))];
  const body = el("div", {});
  const draw = (period) => {
    const found = rows.filter((row) => row.period === period);
    const [first] = found;
    const notes = [words.whole(first.campaigns, full(first.n_treatment), full(first.n_control), first.from_day, first.to_day), first.verdict === "withheld" && words.withheld, Math.min(first.n_treatment, first.n_control) < FEWEST ? words.fewKept : first.is_sequential && words.sequentialQuarter].filter(Boolean);
    const drawn = found.some((row) => row.se > 0) ? [forest(found), el("p", { class: "note" }, words.scale)] : [];
    body.replaceChildren(...notes.map((note) => el("p", { class: "note" }, note)), ...drawn,
      table([...effectColumns().map((column) => ({ ...column, label: { value_treatment: words.wanted, value_control: words.keptOut }[column.key] ?? column.label })), { key: "extra", label: words.total, align: "right", format: (each, row) => total(row) }], found));
  };
  draw(periods[0]);
  const tools = periods.length > 1 ? [select(words.period, periods.map((each) => [each, each]), periods[0], draw)] : [];
  return card(`${words.together}${periods.length > 1 ? "" : ` · ${periods[0]}`}`, body, { id: "together", tools });
}

/** The difference times the customers: people for shares, payments, yuan. */
function total({ metric: name, extra, extra_low: low, extra_high: high }) {
  const write = (each) => signed(each, name === "pay_amt" ? money : (size) => full(Math.round(size)));
  return low === null ? "–" : `${write(extra)} (${write(low)} … ${write(high)})`;
}

function forest(effects, called = metric) {
  const rows = effects.filter((row) => row.se > 0);
  const place = el("div", { class: "chart", style: { height: `${rows.length * ROW + 30}px` } });
  const labels = rows.map((row) => `${called(row.metric)} · ${METHODS[row.method]}${row.arm === "treatment" ? "" : ` · ${row.arm}`}`);
  const bar = (_, api) => {
    const [low, high, at] = [1, 2, 3].map((dimension) => api.coord([api.value(dimension), api.value(0)]));
    const colour = COLOURS[rows[api.value(0)].verdict] ?? QUIET;
    return { type: "group", children: [
      { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: { stroke: colour, lineWidth: 2 } },
      { type: "circle", shape: { cx: at[0], cy: at[1], r: 4 }, style: { fill: colour } }] };
  };
  const tip = ({ data }) => {
    const row = rows[data[0]];
    return `${escaped(labels[data[0]])}<br><b>${escaped(value(row.metric, row.effect, true))}</b> [${escaped(interval(row.metric, row.ci_low, row.ci_high))}]`;
  };
  requestAnimationFrame(() => chart(place, {
    grid: { left: 8, right: 16, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...TOOLTIP, formatter: tip },
    xAxis: { type: "value", splitLine: { lineStyle: { color: GRID } }, axisLabel: { color: QUIET, fontSize: 11 } },
    yAxis: { type: "category", inverse: true, data: labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: QUIET, fontSize: 11 } },
    series: [{ type: "custom", renderItem: bar, encode: { x: [1, 2], y: 0 }, data: rows.map((row, at) => [at, row.ci_low / row.se, row.ci_high / row.se, row.effect / row.se]),
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: QUIET, type: "dashed" }, data: [{ xAxis: 0 }] } }],
  }));
  return place;
}

const effectColumns = (called = metric) => [
  { key: "metric", label: words.metric, format: called },
  { key: "method", label: words.method, format: (name) => METHODS[name] },
  { key: "value_treatment", label: words.treated, align: "right", format: (each, row) => value(row.metric, each) },
  { key: "value_control", label: words.control, align: "right", format: (each, row) => value(row.metric, each) },
  { key: "effect", label: words.difference, align: "right", format: (each, row) => value(row.metric, each, true) },
  { key: "ci_low", label: words.interval, align: "right", format: (low, row) => interval(row.metric, low, row.ci_high) },
  { key: "p_adjusted", label: words.p, align: "right", format: pValue },
  { key: "verdict", label: words.verdict, format: (verdict) => el("span", { style: { color: COLOURS[verdict] ?? QUIET } }, VERDICTS[verdict]) },
];

export function funnelCard(rows) {
  const stages = rows.filter((row) => row.arm !== "control");
  const sums = Object.keys(STAGES).map((stage) => ({ stage, customers: stages.filter((row) => row.stage === stage).reduce((sum, row) => sum + row.customers, 0) })).filter((row) => row.customers);
  if (!sums.length) return card(words.funnel, empty(words.nothing, words.later), { id: "funnel" });
  const most = Math.max(...sums.map((row) => row.customers));
  const bar = (customers) => el("div", { class: "bar-line" }, el("i", { style: { width: `${(160 * customers) / most}px`, background: PRIMARY } }), el("span", {}, full(customers)));
  return card(words.funnel, table([
    { key: "stage", label: words.stage, format: (stage) => STAGES[stage] },
    { key: "customers", label: words.customers, format: bar },
    { key: "share", label: words.share, align: "right", format: (_, row) => percent(row.customers / sums[0].customers) },
  ], sums), { id: "funnel" });
}

/** What is spent of the budget by now, and what the last evaluation says of the return. */
export function moneyCard(found) {
  const { budget_fen: budget, contact_fen: contacts, granted_fen: granted, remaining_fen: left } = found.spent;
  const [roi] = found.roi;
  const lines = [
    [words.budget, money(budget)], [words.contacts, `${money(contacts)} · ${full(found.spent.contacts)}`], [words.granted, money(granted)],
    left !== null && [left < 0 ? words.over : words.left, el("b", { class: left < 0 ? "reason" : "" }, money(Math.abs(left)))],
    ...(roi ? [
      [words.rewards, money(roi.reward_cost_fen)], [words.open, money(roi.open_fen)],
      [words.margin, `${money(roi.incremental_margin_fen)} (${money(roi.margin_low_fen)} … ${money(roi.margin_high_fen)})`],
      [words.roi, roi.roi === null ? "–" : `${decimal(roi.roi, 2)} (${decimal(roi.roi_low, 2)} … ${decimal(roi.roi_high, 2)}) · ${VERDICTS[roi.verdict]}`],
    ] : []),
  ].filter(Boolean);
  return card(words.money, [
    budget ? el("progress", { max: budget, value: Math.min(contacts + granted, budget), "aria-label": words.money, style: { width: "100%" } }) : null,
    el("table", {}, el("tbody", {}, lines.map(([name, each]) => el("tr", {}, el("td", { class: "quiet" }, name), el("td", { class: "right" }, each))))),
  ].filter(Boolean), { id: "money" });
}

/** A Sankey of each treated arm beside control's, and who moved beyond control. */
export function moveCards({ transitions: rows, nodes }) {
  if (!rows.length) return [];
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  for (const id of new Set(rows.flatMap((row) => [row.from_segment, row.to_segment]))) {
    if (!byId.has(id)) byId.set(id, { node_id: id, family: null, code: "", name_zh: id === NOWHERE ? "不在客群树" : id, name_en: id === NOWHERE ? "In no segment" : id });
  }
  const label = (id) => `${byId.get(id).code ? `${byId.get(id).code} ` : ""}${named(byId.get(id))}`;
  const drawn = (title, arm, key) => {
    const links = rows.filter((row) => row.arm === arm && row[key] > 0).map((row) => ({ from: row.from_segment, to: row.to_segment, customers: row[key] }));
    const sums = { from: new Map() };
    for (const link of links) sums.from.set(link.from, (sums.from.get(link.from) ?? 0) + link.customers);
    const place = el("div", { class: "chart", style: { height: "420px" } });
    requestAnimationFrame(() => sankey(place, { nodes: [...byId.values()], byId, label, sums }, links, { link: () => {}, node: () => {} }));
    return card(`${words.moves} · ${title}`, place);
  };
  const arms = [...new Set(rows.map((row) => row.arm))];
  return [
    ...arms.map((arm) => el("div", { class: "halves" }, drawn(arms.length > 1 ? `${words.treated} · ${arm}` : words.treated, arm, "customers_treatment"), drawn(words.control, arm, "customers_control"))),
    card(words.extra, table([
      { key: "from_segment", label: words.from, format: label }, { key: "to_segment", label: words.to, format: label },
      { key: "customers_treatment", label: words.treated, align: "right", format: (each, row) => `${full(each)} / ${full(row.n_treatment)}` },
      { key: "customers_control", label: words.control, align: "right", format: (each, row) => `${full(each)} / ${full(row.n_control)}` },
      { key: "extra_customers", label: words.extra, align: "right", format: (each) => signed(each, (size) => size.toFixed(1)) },
      { key: "extra_low", label: words.interval, align: "right", format: (low, row) => (low === null ? "–" : `${decimal(low, 1)} … ${decimal(row.extra_high, 1)}`) },
    ], rows.filter((row) => row.from_segment !== row.to_segment), { sortBy: "extra_customers" })),
  ];
}

export const spillCards = (rows) => (rows.length ? [card(words.spill, table([
  { key: "other_campaign", label: words.other },
  { key: "in_other", label: words.shared, align: "right", format: full },
  { key: "balance_p", label: words.balance, align: "right", format: pValue },
  { key: "interaction_p", label: words.interaction, align: "right", format: pValue },
], rows))] : []);
