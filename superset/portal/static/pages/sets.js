// 客群集: groups that the business names; the list on the left, the chosen set with its versions and history on the right.
import { get, post } from "../api.js";
import { chart, trend } from "../charts.js";
import { named, t, viewer } from "../context.js";
import { card, el, empty, fill, tabs } from "../dom.js";
import { confirm, form, toast } from "../feedback.js";
import { full, short } from "../numbers.js";
import { chosen, dayPicker, options, orgNames, orgPicker, remember, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: {
    title: "客群集", day: "日期", fresh: "新建", name: "名称", kind: "类型", rolling: "滚动", frozen: "固定", customers: "客户数", owner: "所有者", version: "版本",
    definition: "定义", by: "保存人", at: "保存时间", origin: "来源", used: "被以下使用", usedBy: (text) => text.replace(/\bset /g, "客群集 ").replace(/\bcampaign /g, "活动 "), trend: "客户数走势", versions: "版本", change: "修改", remove: "删除",
    overlap: "重叠", setA: "客群集", setB: "另一客群集", onlyA: "前者", onlyB: "后者", both: "共有", usage: "使用记录", event: "事件", taken: "使用", released: "结束使用", what: "用途", campaign: "活动", push: "推送", user: "用户", common: "共有客户走势", sets: "全部客群集", none: "没有可见的客群集", todo: "点击“新建”定义第一个。",
    choose: "请在左侧选择一个客群集", oneDay: "该日之前尚无数据，走势从第二天起显示。", id: "编号", zh: "中文名", en: "英文名", members: "成员", membersHint: "F1 or G2：节点或客群集，用 or、and、not、括号",
    where: "条件", asOf: "固定日期", asOfHint: "固定类型必填：YYYY-MM-DD", from: "流出客群", to: "流入客群", days: "天数", share: "共享机构", shareHint: "机构编号，逗号分隔", whereHint: "age < 60 and aum_fen >= 1000000", segmentHint: "客群编号，可不填", expires: "有效期至", save: "保存", test: "试算",
    tested: (n) => `当日有 ${n} 位客户`, when: "时间", saved: (name, n) => `已保存 ${name} 第 ${n} 版`, sure: "删除后不再计算，历史保留。", gone: "已删除", origins: { file: "规则库文件", portal: "门户", cli: "命令行" },
  },
  en: {
    title: "Segment sets", day: "Day", fresh: "New set", name: "Name", kind: "Kind", rolling: "Rolling", frozen: "Frozen", customers: "Customers", owner: "Owner", version: "Version",
    definition: "Definition", by: "Saved by", at: "Saved at", origin: "From", used: "Used by", usedBy: (text) => text, trend: "Customers by day", versions: "Versions", change: "Change", remove: "Delete",
    overlap: "Overlap", setA: "Set", setB: "Other set", onlyA: "In the first", onlyB: "In the other", both: "In both", usage: "Usage", event: "Event", taken: "Used", released: "Released", what: "For", campaign: "Campaign", push: "Push", user: "User", common: "Customers in both, by day", sets: "All sets", none: "No set to see here", todo: "Define the first with “New set”.",
    choose: "Choose a set on the left", oneDay: "Nothing before this day: the trend starts with the second.", id: "Id", zh: "Chinese name", en: "English name", members: "Members", membersHint: "F1 or G2: nodes or sets; or, and, not, parentheses",
    where: "Condition", asOf: "Fixed on", asOfHint: "Frozen sets only: YYYY-MM-DD", from: "Moved from", to: "Moved to", days: "Within days", share: "Shared with", shareHint: "Codes of organisations, by commas", whereHint: "age < 60 and aum_fen >= 1000000", segmentHint: "A node's id; may be left out", expires: "Valid until", save: "Save", test: "Try",
    tested: (n) => `${n} customers on this day`, when: "At", saved: (name, n) => `Saved ${name}, version ${n}`, sure: "It is computed no more; its history stays.", gone: "Deleted", origins: { file: "rulebook file", portal: "portal", cli: "command line" },
  },
});
const KEYS = ["set", "zh", "en", "kind", "members", "where", "as_of", "from_segment", "to_segment", "flow_days", "share_with", "expires_on"];

export async function show(page) {
  const { days, orgs } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo));
  const choice = chosen({ org: viewer.org_code, day: days.at(-1), set: "" });
  const list = el("div", { id: "sets" });
  const pairs = el("div", { id: "overlaps" });
  const side = el("aside", { class: "card pane", id: "set", "aria-live": "polite" });
  const orgName = await orgNames();
  let names = new Map();
  const called = (id) => names.get(id) ?? id;
  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; choice.set = ""; again(); }),
      await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); }),
      el("button", { class: "button primary", id: "new-set", onclick: () => edit(choice, {}, again) }, words.fresh)),
    el("div", { class: "split" },
      el("div", { class: "card pane" }, tabs({ list: [words.sets, list], overlap: [words.overlap, pairs] }, "list", (key) => key === "overlap" && overlaps())), side));
  load();

  function load() {
    fill(list, async () => {
      const { sets } = await get("sets/list", { org: choice.org, day: choice.day });
      names = new Map(sets.map((each) => [each.set_id, named(each)]));
      if (!sets.length) { side.replaceChildren(); return empty(words.none, words.todo); }
      if (!sets.some((each) => each.set_id === choice.set)) choice.set = sets[0].set_id;
      about();
      return setTable(sets.map((each) => ({ ...each, owner: orgName(each.owner_org) })), choice, about);
    });
  }

  function overlaps() {
    fill(pairs, async () => overlapTable(await get("sets/overlap", { org: choice.org, day: choice.day }), called, ({ set_a, set_b }) =>
      fill(side, async () => pairByDay(called(set_a), called(set_b), await get("sets/overlap_days", { org: choice.org, set: set_a, other: set_b })))));
  }

  function about() {
    remember(choice);
    fill(side, async () => (choice.set ? aboutSet(choice, await get("sets/one", { org: choice.org, set: choice.set }), again, orgs) : empty(words.choose)));
  }
}

const setTable = (sets, choice, about) => table([
  { key: "set_id", label: words.name, format: (_, row) => named(row), title: (row) => row.set_id },
  { key: "kind", label: words.kind, format: (kind) => words[kind] },
  { key: "owner", label: words.owner },
  { key: "customers", label: words.customers, align: "right", format: short },
], sets, { sortBy: "customers", onrow: (row) => { choice.set = row.set_id; about(); }, chosen: (row) => row.set_id === choice.set });

const overlapTable = (rows, called, onrow) => table([
  { key: "set_a", label: words.setA, format: called, title: (row) => row.set_a, sort: (row) => called(row.set_a) }, { key: "set_b", label: words.setB, format: called, title: (row) => row.set_b, sort: (row) => called(row.set_b) },
  { key: "customers_a", label: words.onlyA, align: "right", format: full }, { key: "customers_b", label: words.onlyB, align: "right", format: full },
  { key: "customers_both", label: words.both, align: "right", format: full },
], rows, { sortBy: "customers_both", onrow });

function pairByDay(one, other, rows) {
  const place = el("div", { style: { height: "180px" } });
  const common = rows.map((row) => [row.day, row.customers_both]);
  if (common.length > 1) queueMicrotask(() => chart(place, trend(common, full)));
  return [
    el("h2", {}, `${one} · ${other}`), card(words.common, common.length > 1 ? place : el("p", { class: "state" }, words.oneDay)),
    card(words.overlap, table([
      { key: "day", label: words.day }, { key: "customers_a", label: one, align: "right", format: full },
      { key: "customers_b", label: other, align: "right", format: full }, { key: "customers_both", label: words.both, align: "right", format: full },
    ], rows, { sortBy: "day" })),
  ];
}

function aboutSet(choice, found, again, orgs) {
  const last = found.versions[0];
  const isOwn = orgs.some((org) => org.org_code === last.owner_org); // others may be used, not changed
  const place = el("div", { style: { height: "180px" } });
  if (found.trend.length > 1) queueMicrotask(() => chart(place, trend(found.trend, full)));
  const lines = [last.members, last.where, last.flow].filter(Boolean).map((text) => el("p", {}, el("code", {}, text)));
  return [
    el("header", { style: { display: "flex", gap: "8px", "align-items": "center" } }, el("h2", { title: choice.set }, named(last)),
      isOwn ? el("button", { class: "button", style: { "margin-left": "auto" }, onclick: () => edit(choice, last, again) }, words.change) : null,
      isOwn ? el("button", { class: "button danger", onclick: () => remove(choice, again) }, words.remove) : null),
    card(words.definition, lines), last.used_by ? card(words.used, el("p", {}, words.usedBy(last.used_by))) : null,
    found.usage.length ? card(words.usage, table([
      { key: "recorded_at", label: words.when }, { key: "event", label: words.event, format: (event) => (event === "used" ? words.taken : words.released) },
      { key: "used_by", label: words.what, format: (kind) => words[kind] ?? kind }, { key: "id", label: words.id }, { key: "user", label: words.user },
    ], found.usage, { sortBy: "recorded_at" })) : null,
    card(words.trend, found.trend.length > 1 ? place : el("p", { class: "state" }, words.oneDay)),
    card(words.versions, table([
      { key: "version", label: words.version, align: "right" }, { key: "saved_by", label: words.by, format: (user) => (user === "rulebook" ? "–" : user) }, { key: "saved_at", label: words.at },
      { key: "origin", label: words.origin, format: (origin) => words.origins[origin] ?? origin },
    ], found.versions, { sortBy: "version" })),
  ];
}

async function remove(choice, again) {
  if (!(await confirm(`${words.remove} ${choice.set}`, words.sure, { danger: true, ok: words.remove }))) return;
  try {
    await post("sets/delete", { set: choice.set, org: choice.org });
    toast(words.gone);
    choice.set = "";
    again();
  } catch (error) {
    toast(error.message, "failed");
  }
}

function edit(choice, last, again) {
  const moved = /^(\S+) -> (\S+) \((\d+) d\)$/.exec(last.flow ?? "") ?? [];
  const value = { set: last.set_id, kind: last.kind ?? "rolling", ...last, zh: last.name_zh, en: last.name_en, from_segment: moved[1], to_segment: moved[2], flow_days: moved[3] };
  const labels = { set: words.id, zh: words.zh, en: words.en, members: words.members, where: words.where, as_of: words.asOf, from_segment: words.from, to_segment: words.to, flow_days: words.days, share_with: words.share, expires_on: words.expires };
  const hints = { members: words.membersHint, where: words.whereHint, as_of: words.asOfHint, from_segment: words.segmentHint, to_segment: words.segmentHint, share_with: words.shareHint, expires_on: "YYYY-MM-DD" };
  const field = (key) => el("label", {}, el("span", {}, labels[key]), el("input", { type: "text", name: key, value: value[key] ?? "", required: key === "set" || key === "zh", placeholder: hints[key] ?? null }));
  const kind = el("label", {}, el("span", {}, words.kind), el("select", { name: "kind" }, ["rolling", "frozen"].map((each) => el("option", { value: each, selected: each === value.kind }, words[each]))));
  const result = el("span", { role: "status" });
  const sent = (data) => ({ org: choice.org, day: choice.day, ...Object.fromEntries(KEYS.map((key) => [key, data.get(key) ?? ""])) });
  const content = el("div", { class: "lines" }, KEYS.map((key) => (key === "kind" ? kind : field(key))),
    el("p", {}, el("button", { class: "button", type: "button", onclick: async (event) => {
      try {
        result.textContent = words.tested(full((await post("sets/try", sent(new FormData(event.target.form)))).customers));
      } catch (error) { result.textContent = error.message; }
    } }, words.test), " ", result));
  form(last.set_id ? `${words.change} ${last.set_id}` : words.fresh, content, async (data) => {
    const saved = await post("sets/save", sent(data));
    toast(words.saved(saved.set, saved.version));
    choice.set = saved.set;
    again();
  }, { ok: words.save });
}
