// 营销活动: the list; one campaign with its steps, funnel, cost, effects as a forest plot, and where customers went.
import { get, post } from "../api.js";
import { chart, escaped, GRID, PRIMARY, QUIET, TOOLTIP } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { confirm, toast } from "../feedback.js";
import { full, money, percent, signed } from "../numbers.js";
import { chosen, orgPicker, remember, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "营销活动", none: "还没有活动", wait: "在 rulebook/campaigns 中新建活动后即可查看。", list: "活动清单", name: "活动", state: "状态", window: "活动期", audience: "名单人数",
    effect: "主要指标", verdict: "结论", metric: "指标", method: "方法", treated: "触达组", control: "对照组", difference: "差异", interval: "区间", p: "p 值", steps: "进度", need: "样本量",
    candidates: (n) => `候选客户 ${n}`, needed: (a, b) => `需要触达组 ${a}、对照组 ${b}`, enough: "样本充足", few: "样本不足", unset: "方案未填最小可识别差异或无对照组", changed: "文件在冻结后有改动，以冻结方案为准",
    approve: "审批通过", frozen: "冻结名单与方案", draft: "退回草稿", closed: "关闭活动", sure: { approve: "审批通过该活动？", frozen: "冻结后名单、分组与方案不可更改。", draft: "退回草稿后须重新审批。", closed: "关闭后不再评估。" }, done: "已记录",
    funnel: "漏斗（触达组）", money: "投入与产出", spent: "已花费", budget: "预算", contacts: "触达成本", rewards: "已对账权益", open: "未决差异", margin: "增量毛利", roi: "增量投入产出比", forest: "效果（差异与区间，按标准误）", nothing: "尚无结果", later: "活动开始并计算其日期后可见。",
    moves: "客群流转", extra: "额外客户（相对对照组）", from: "从", to: "到", report: "下载报告", spill: "同期活动", shared: "共同客户", balance: "触达是否均衡（p）", interaction: "效果是否不同（p）", maker: "制单", approver: "审批" },
  en: { title: "Campaigns", none: "There is no campaign yet", wait: "Write one in rulebook/campaigns.", list: "Campaigns", name: "Campaign", state: "State", window: "Window", audience: "Audience",
    effect: "Primary metric", verdict: "Verdict", metric: "Metric", method: "Method", treated: "Treated", control: "Control", difference: "Difference", interval: "Interval", p: "p", steps: "Progress", need: "Sample size",
    candidates: (n) => `${n} candidates`, needed: (a, b) => `needed: ${a} treated, ${b} control`, enough: "enough", few: "not enough", unset: "the plan has no mde or no control arm", changed: "The file was changed after freezing; the frozen plan holds",
    approve: "Approve", frozen: "Freeze audience and plan", draft: "Back to draft", closed: "Close", sure: { approve: "Approve this campaign?", frozen: "Audience, arms and plan cannot be changed afterwards.", draft: "It has to be approved again then.", closed: "It is not evaluated any more then." }, done: "Recorded",
    funnel: "Funnel (treated)", money: "Cost and return", spent: "Spent", budget: "Budget", contacts: "Contacts", rewards: "Reconciled rewards", open: "Open breaks", margin: "Incremental margin", roi: "Incremental ROI", forest: "Effect (difference and interval, in standard errors)", nothing: "Nothing to read yet", later: "It comes when the days of the window are computed.",
    moves: "Where customers went", extra: "Extra customers, against control", from: "From", to: "To", report: "Report", spill: "Campaigns of the same days", shared: "Shared customers", balance: "Treated alike? (p)", interaction: "Another effect? (p)", maker: "Made by", approver: "Approved by" },
});
const METRICS = t({
  zh: { pay_rate: "有支付占比", pay_cnt: "人均笔数", pay_amt: "人均金额", bind_rate: "绑卡率", unbind_rate: "解绑率", complaint_rate: "投诉率", aum_change: "资产变化" },
  en: { pay_rate: "share that paid", pay_cnt: "payments each", pay_amt: "paid each", bind_rate: "bound a card", unbind_rate: "unbound", complaint_rate: "complained", aum_change: "change of assets" },
});
const STAGES = t({
  zh: { audience: "名单", sent: "已发送", delivered: "已送达", opened: "已打开", clicked: "已点击", granted: "已发权益", redeemed: "已核销", paid: "有支付" },
  en: { audience: "audience", sent: "sent", delivered: "delivered", opened: "opened", clicked: "clicked", granted: "granted", redeemed: "redeemed", paid: "paid" },
});
const VERDICTS = t({
  zh: { better: "变好", worse: "变差", unclear: "不明确", running: "进行中", withheld: "暂不给出", directional: "仅供方向" },
  en: { better: "better", worse: "worse", unclear: "unclear", running: "running", withheld: "withheld", directional: "directional" },
});
const COLOURS = { better: "#1B7F4B", worse: "#B42318" };
const STEP = { draft: ["approve"], approved: ["frozen", "draft"], evaluated: ["closed"] };

export async function show(page) {
  const choice = chosen({ org: viewer.org_code, campaign: "" });
  const listed = el("div", {});
  const detail = el("div", { class: "stack", id: "campaign" });
  const picker = await orgPicker(choice.org, (org) => { choice.org = org; choice.campaign = ""; remember(choice); load(); });
  page.append(toolbar(words.title, picker), el("div", { class: "stack", id: "campaigns" }, listed, detail));
  let states = {};
  load();

  function load() {
    fill(listed, async () => {
      const found = await get("campaigns/list", { org: choice.org });
      states = Object.fromEntries(found.states.map((each) => [each.name, each[lang]]));
      if (!found.campaigns.length) { detail.replaceChildren(); return empty(words.none, words.wait); }
      choice.campaign ||= found.campaigns[0].campaign;
      open();
      return card(words.list, table([
        { key: "campaign", label: words.name, format: (id, row) => `${named(row)} (${id})` },
        { key: "state", label: words.state, format: (state) => states[state] },
        { key: "from_day", label: words.window, format: (first, row) => `${first} – ${row.to_day}` },
        { key: "customers", label: words.audience, align: "right", format: full },
        { key: "effect", label: words.effect, align: "right", sort: (row) => row.effect?.effect ?? null, format: (effect) => (effect ? `${metric(effect.metric)} ${value(effect.metric, effect.effect, true)}` : null) },
        { key: "verdict", label: words.verdict, sort: (row) => row.effect?.verdict ?? null, format: (_, row) => (row.effect ? VERDICTS[row.effect.verdict] : null) },
      ], found.campaigns, { sortBy: "from_day", onrow: (row) => { choice.campaign = row.campaign; remember(choice); open(); }, chosen: (row) => row.campaign === choice.campaign }));
    });
  }

  function open() {
    fill(detail, async () => {
      const found = await get("campaigns/one", { org: choice.org, campaign: choice.campaign });
      const plots = found.effects.length
        ? [forest(found.effects), effects(found.effects)]
        : [empty(words.nothing, words.later)];
      return [
        card(`${named(found)} · ${states[found.state]}`, progress(found), sampleSize(found), buttons(found)),
        card(words.forest, ...plots),
        el("div", { class: "split" }, card(words.funnel, funnel(found.funnel)), card(words.money, cost(found.roi[0], found.budget_fen))),
        ...moves(found.transitions), ...spill(found.spillover),
      ];
    });
  }

  function progress(found) {
    const names = Object.keys(states);
    const at = names.indexOf(found.state);
    return el("div", {},
      el("p", {}, names.map((name, place) => [place ? " → " : "", el(place === at ? "b" : "span", { class: place > at ? "quiet" : "" }, states[name])])),
      el("p", { class: "quiet" }, [`${found.from_day} – ${found.to_day}`, found.maker && `${words.maker} ${found.maker}`, found.approver && `${words.approver} ${found.approver}`, ...found.arms.map((arm) => `${arm.arm} ${full(arm.customers)}`)].filter(Boolean).join(" · ")),
      found.changed ? el("p", { role: "alert" }, words.changed) : null);
  }

  function sampleSize({ need }) {
    if (!need) return null;
    const verdict = need.is_enough === null ? words.unset : `${words.needed(full(need.treatment), full(need.control))} · ${need.is_enough ? words.enough : words.few}`;
    return el("p", {}, `${words.need}: ${words.candidates(full(need.candidates))} · ${verdict}`);
  }

  function buttons(found) {
    const act = async (step) => {
      if (!(await confirm(words[step], words.sure[step]))) return;
      try {
        await post(step === "approve" ? "campaigns/approve" : "campaigns/advance", { org: choice.org, campaign: found.campaign, to: step });
        toast(words.done);
        load();
      } catch (error) { toast(error.message, "error"); }
    };
    return el("p", { class: "tools" },
      (STEP[found.state] ?? []).map((step) => el("button", { class: "button", onclick: () => act(step) }, words[step])),
      el("a", { class: "button", href: `/mofang/api/campaigns/report?${new URLSearchParams({ org: choice.org, campaign: found.campaign })}`, download: `${found.campaign}.html` }, words.report));
  }
}

const metric = (name) => METRICS[name] ?? (name.startsWith("to:") ? `→ ${name.slice(3)}` : name);

function value(name, number, sign = false) {
  if (number === null) return "–";
  const write = name === "pay_amt" || name === "aum_change" ? money : name.endsWith("_rate") || name.startsWith("to:") ? percent : (each) => each.toFixed(3);
  return sign ? signed(number, write) : number < 0 ? `−${write(-number)}` : write(number);
}

function forest(effects) {
  const rows = effects.filter((row) => row.se > 0).reverse();
  const place = el("div", { class: "plot", style: { height: `${rows.length * 30 + 40}px` } });
  const labels = rows.map((row) => `${metric(row.metric)} · ${row.method}${row.arm === "treatment" ? "" : ` · ${row.arm}`}`);
  const bar = (_, api) => {
    const [low, high, at] = [1, 2, 3].map((dimension) => api.coord([api.value(dimension), api.value(0)]));
    const colour = COLOURS[rows[api.value(0)].verdict] ?? QUIET;
    return { type: "group", children: [
      { type: "line", shape: { x1: low[0], y1: low[1], x2: high[0], y2: high[1] }, style: { stroke: colour, lineWidth: 2 } },
      { type: "circle", shape: { cx: at[0], cy: at[1], r: 4 }, style: { fill: colour } }] };
  };
  requestAnimationFrame(() => chart(place, {
    grid: { left: 8, right: 16, top: 4, bottom: 4, containLabel: true },
    tooltip: { ...TOOLTIP, formatter: ({ data }) => { const row = rows[data[0]]; return `${escaped(labels[data[0]])}<br><b>${escaped(value(row.metric, row.effect, true))}</b> [${escaped(value(row.metric, row.ci_low))}, ${escaped(value(row.metric, row.ci_high))}]`; } },
    xAxis: { type: "value", splitLine: { lineStyle: { color: GRID } }, axisLabel: { color: QUIET, fontSize: 11 } },
    yAxis: { type: "category", data: labels, axisLine: { show: false }, axisTick: { show: false }, axisLabel: { color: QUIET, fontSize: 11 } },
    series: [{ type: "custom", renderItem: bar, encode: { x: [1, 2], y: 0 }, data: rows.map((row, at) => [at, row.ci_low / row.se, row.ci_high / row.se, row.effect / row.se]),
      markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: QUIET, type: "dashed" }, data: [{ xAxis: 0 }] } }],
  }));
  return place;
}

const effects = (rows) => table([
  { key: "metric", label: words.metric, format: metric },
  { key: "method", label: words.method },
  { key: "value_treatment", label: words.treated, align: "right", format: (each, row) => value(row.metric, each) },
  { key: "value_control", label: words.control, align: "right", format: (each, row) => value(row.metric, each) },
  { key: "effect", label: words.difference, align: "right", format: (each, row) => value(row.metric, each, true) },
  { key: "ci_low", label: words.interval, align: "right", format: (low, row) => `${value(row.metric, low)} … ${value(row.metric, row.ci_high)}` },
  { key: "p_adjusted", label: words.p, align: "right", format: (p) => (p === null ? "–" : p.toFixed(3)) },
  { key: "verdict", label: words.verdict, format: (verdict) => VERDICTS[verdict] },
], rows);

function funnel(rows) {
  const stages = rows.filter((row) => row.arm !== "control");
  if (!stages.length) return empty(words.nothing, words.later);
  const sums = Object.keys(STAGES).map((stage) => [stage, stages.filter((row) => row.stage === stage).reduce((sum, row) => sum + row.customers, 0)]).filter(([, customers]) => customers);
  const most = Math.max(...sums.map(([, customers]) => customers));
  return table([
    { key: "stage", label: "", format: (stage) => STAGES[stage] },
    { key: "customers", label: words.audience, align: "right", format: full },
    { key: "share", label: "%", align: "right", format: (share) => percent(share) },
  ], sums.map(([stage, customers]) => ({ stage, customers, share: customers / most })));
}

function cost(roi, budget) {
  if (!roi) return empty(words.nothing, words.later);
  const spent = roi.contact_cost_fen + roi.reward_cost_fen;
  const lines = [
    [words.spent, money(spent)], [words.budget, budget === null ? "–" : `${money(budget)} (${percent(spent / budget)})`], [words.contacts, money(roi.contact_cost_fen)],
    [words.rewards, money(roi.reward_cost_fen)], [words.open, money(roi.open_fen)], [words.margin, `${money(roi.incremental_margin_fen)} (${money(roi.margin_low_fen)} … ${money(roi.margin_high_fen)})`],
    [words.roi, roi.roi === null ? "–" : `${roi.roi.toFixed(2)} (${roi.roi_low?.toFixed(2) ?? "–"} … ${roi.roi_high?.toFixed(2) ?? "–"})`], [words.verdict, VERDICTS[roi.verdict]],
  ];
  return el("div", {},
    budget ? el("progress", { max: budget, value: Math.min(spent, budget), "aria-label": words.spent }) : null,
    table([{ key: "name", label: "" }, { key: "value", label: "", align: "right" }], lines.map(([name, each]) => ({ name, value: each }))));
}

function moves(rows) {
  if (!rows.length) return [];
  const arms = [...new Set(rows.map((row) => row.arm))];
  const of = (arm) => rows.filter((row) => row.arm === arm);
  const flows = (label, links) => {
    const place = el("div", { class: "plot", style: { height: "420px" } });
    const nodes = [...new Set(links.flatMap((link) => [`from ${link.from_segment}`, `to ${link.to_segment}`]))];
    requestAnimationFrame(() => chart(place, { tooltip: { ...TOOLTIP, formatter: ({ data, dataType }) => (dataType === "edge" ? `${escaped(data.source.slice(5))} → ${escaped(data.target.slice(3))}<br><b>${escaped(full(data.value))}</b>` : escaped(data.name.replace(/^(from|to) /, ""))) },
      series: [{ type: "sankey", left: 50, right: 50, top: 4, bottom: 4, nodeWidth: 10, draggable: false, data: nodes.map((name) => ({ name, depth: name.startsWith("from") ? 0 : 1, itemStyle: { color: PRIMARY }, label: { position: name.startsWith("from") ? "left" : "right", formatter: name.replace(/^(from|to) /, "") } })),
        links: links.map((link) => ({ source: `from ${link.from_segment}`, target: `to ${link.to_segment}`, value: link.customers })), lineStyle: { color: "gradient", opacity: 0.35 } }] }));
    return card(`${words.moves} · ${label}`, place);
  };
  const drawn = (links, key) => links.map((link) => ({ ...link, customers: link[key] })).filter((link) => link.customers > 0);
  const moved = rows.filter((row) => row.from_segment !== row.to_segment);
  return [
    ...arms.map((arm) => el("div", { class: "split" }, flows(arms.length > 1 ? `${words.treated} · ${arm}` : words.treated, drawn(of(arm), "customers_treatment")), flows(words.control, drawn(of(arm), "customers_control")))),
    card(words.extra, table([
      { key: "from_segment", label: words.from }, { key: "to_segment", label: words.to },
      { key: "customers_treatment", label: words.treated, align: "right", format: (each, row) => `${full(each)} / ${full(row.n_treatment)}` },
      { key: "customers_control", label: words.control, align: "right", format: (each, row) => `${full(each)} / ${full(row.n_control)}` },
      { key: "extra_customers", label: words.extra, align: "right", format: (each) => signed(each, (size) => size.toFixed(1)) },
      { key: "extra_low", label: words.interval, align: "right", format: (low, row) => (low === null ? "–" : `${low.toFixed(1)} … ${row.extra_high.toFixed(1)}`) },
    ], moved, { sortBy: "extra_customers" })),
  ];
}

const spill = (rows) => (rows.length ? [card(words.spill, table([
  { key: "other_campaign", label: words.name },
  { key: "in_other", label: words.shared, align: "right", format: full },
  { key: "balance_p", label: words.balance, align: "right", format: (p) => (p === null ? "–" : p.toFixed(3)) },
  { key: "interaction_p", label: words.interaction, align: "right", format: (p) => (p === null ? "–" : p.toFixed(3)) },
], rows))] : []);
