// 客群推送: lists handed to channels; each with its funnel, what the receiver said, and who has left since.
import { get, post } from "../api.js";
import { chart, escaped, GRID, PRIMARY, TOOLTIP } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { form, toast } from "../feedback.js";
import { full, short } from "../numbers.js";
import { chosen, dayPicker, options, orgNames, orgPicker, remember, select, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: {
    title: "客群推送", fresh: "推送", set: "客群集", channel: "渠道", asOf: "名单日期", status: "状态", begun: "推送中", handed_over: "已送达", pushed: "推送", accepted: "已接收", rejected: "已拒绝", pending: "待回执",
    candidates: "候选", no_consent: "未同意营销", do_not_contact: "勿扰名单", frequency_cap: "频次上限", higher_priority: "更高优先级活动", holdout: "留白组", funnel: "漏斗", receipts: "回执", leavers: "离开客群集的客户",
    reason: "原因", customers: "客户数", day: "日期", cause: "缘由", behaviour: "行为变化", rule: "规则变化", none: "还没有推送", todo: "点击“推送”把一个客群集送到渠道。", noLeavers: "尚无客户离开",
    done: (n) => `已送达 ${n} 位客户`, until: "有效至", org: "机构", sees: (names) => `渠道可见：${["令牌", ...names].join("、")}`, choose: "请在左侧选择一次推送",
  },
  en: {
    title: "Pushes", fresh: "Push a set", set: "Set", channel: "Channel", asOf: "List of", status: "Status", begun: "On its way", handed_over: "Handed over", pushed: "Pushed", accepted: "Accepted", rejected: "Rejected", pending: "Pending",
    candidates: "Candidates", no_consent: "No consent", do_not_contact: "Do not contact", frequency_cap: "Frequency cap", higher_priority: "Campaign goes first", holdout: "Holdout", funnel: "Funnel", receipts: "Receipts", leavers: "Customers who left the set",
    reason: "Reason", customers: "Customers", day: "Day", cause: "Cause", behaviour: "Behaviour", rule: "Rule", none: "Nothing pushed yet", todo: "Hand a set to a channel with “Push a set”.", noLeavers: "Nobody has left yet",
    done: (n) => `Handed over ${n} customers`, until: "Valid until", org: "Organisation", sees: (names) => `The channel sees: ${["token", ...names].join(", ")}`, choose: "Choose a push on the left",
  },
});
const STEPS = ["candidates", "no_consent", "do_not_contact", "frequency_cap", "higher_priority", "holdout", "pushed", "accepted", "rejected", "pending"];

export async function show(page) {
  const { days } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo));
  const choice = chosen({ org: viewer.org_code, push: "" });
  const list = el("div", { class: "card pane", id: "pushes" });
  const side = el("aside", { class: "card pane", id: "push", "aria-live": "polite" });
  const orgName = await orgNames();
  let known;
  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title, await orgPicker(choice.org, (org) => { choice.org = org; choice.push = ""; again(); }),
      el("button", { class: "button primary", id: "new-push", onclick: () => known && begin(choice, known, days, again) }, words.fresh)),
    el("div", { class: "split" }, list, side));
  load();

  function load() {
    fill(list, async () => {
      known = await get("pushes/list", { org: choice.org });
      if (!known.pushes.length) { side.replaceChildren(); return empty(words.none, words.todo); }
      if (!known.pushes.some((each) => each.push_id === choice.push)) choice.push = known.pushes[0].push_id;
      known.pushes = known.pushes.map((row) => ({ ...row, org: orgName(row.org_code), set_name: nameOf(known.sets, "set", row.set_id), channel_name: nameOf(known.channels, "channel", row.channel) }));
      about();
      return pushTable(known.pushes, choice, about);
    });
  }

  function about() {
    remember(choice);
    const row = known.pushes.find((each) => each.push_id === choice.push);
    fill(side, async () => (row ? aboutPush(row, await get("pushes/one", { org: choice.org, push: row.push_id })) : empty(words.choose)));
  }
}

function nameOf(rows, key, id) {
  const found = rows.find((row) => row[key] === id);
  return found ? named(found) : id;
}

const pushTable = (pushes, choice, about) => table([
  { key: "set_name", label: words.set, format: (name, row) => `${name} v${row.version}`, title: (row) => row.push_id },
  { key: "channel_name", label: words.channel }, { key: "as_of", label: words.asOf }, { key: "org", label: words.org },
  { key: "status", label: words.status, format: (status) => words[status] },
  { key: "pushed", label: words.pushed, align: "right", format: short }, { key: "accepted", label: words.accepted, align: "right", format: short },
], pushes, { sortBy: "as_of", onrow: (row) => { choice.push = row.push_id; about(); }, chosen: (row) => row.push_id === choice.push });

function aboutPush(row, found) {
  const place = el("div", { id: "funnel", style: { height: "260px" } });
  queueMicrotask(() => chart(place, funnel(row)));
  return [
    el("h2", {}, `${row.set_name} v${row.version} · ${row.channel_name} · ${row.as_of}`), el("p", { class: "quiet" }, `${words.until} ${row.expires_on}`),
    card(words.funnel, place),
    card(words.receipts, table([
      { key: "status", label: words.status, format: (status) => words[status] }, { key: "reason", label: words.reason },
      { key: "customers", label: words.customers, align: "right", format: full },
    ], found.receipts, { sortBy: "customers" })),
    card(words.leavers, found.leavers.length ? table([
      { key: "day", label: words.day }, { key: "cause", label: words.cause, format: (cause) => words[cause] },
      { key: "customers", label: words.customers, align: "right", format: full },
    ], found.leavers, { sortBy: "day" }) : el("p", { class: "state" }, words.noLeavers)),
  ];
}

const funnel = (row) => ({
  grid: { left: 8, right: 50, top: 4, bottom: 4, containLabel: true },
  tooltip: { ...TOOLTIP, trigger: "item", formatter: (item) => `${escaped(item.name)}<br><b>${escaped(full(item.value))}</b>` },
  xAxis: { type: "value", show: false },
  yAxis: { type: "category", inverse: true, data: STEPS.map((step) => words[step]), axisTick: { show: false }, axisLine: { lineStyle: { color: GRID } } },
  series: [{ type: "bar", data: STEPS.map((step) => row[step]), itemStyle: { color: PRIMARY }, label: { show: true, position: "right", formatter: (item) => full(item.value) } }],
});

async function begin(choice, known, days, again) {
  const wanted = { set: known.sets[0]?.set, channel: known.channels[0]?.channel, as_of: days.at(-1) };
  const sees = el("p", { class: "note" });
  const tell = () => { sees.textContent = words.sees(known.channels.find((each) => each.channel === wanted.channel).columns.map((each) => each[lang])); };
  tell();
  const content = el("div", { class: "lines" },
    select(words.set, known.sets.map((each) => [each.set, named(each)]), wanted.set, (set) => { wanted.set = set; }),
    select(words.channel, known.channels.map((each) => [each.channel, named(each)]), wanted.channel, (channel) => { wanted.channel = channel; tell(); }),
    await dayPicker(words.asOf, wanted.as_of, (day) => { wanted.as_of = day; }), sees);
  form(words.fresh, content, async () => {
    const manifest = await post("pushes/begin", { org: choice.org, ...wanted });
    toast(words.done(full(manifest.rows)));
    choice.push = manifest.push_id;
    again();
  }, { ok: words.fresh });
}
