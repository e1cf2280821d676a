// What was clicked in the flow: a link with its causes and the way to its customers, a node with what came and went, or the largest moves.
import { familyColour } from "../charts.js";
import { get, post } from "../api.js";
import { lang, named, t, viewer } from "../context.js";
import { el, fill } from "../dom.js";
import { form, toast } from "../feedback.js";
import { full, percent } from "../numbers.js";
import { table } from "../table.js";
import { isListed } from "./flow_sankey.js";

const words = t({
  zh: { top: "变化最大的流向", all: "全部流向", from: "从", to: "到", customers: "客户数", share: "占来源", shareListed: "占来源已列出", back: "← 返回", came: "从哪里来", went: "到哪里去", causes: "变化原因", small: "其中的小流向",
    reasons: "主要原因", noReason: "没有单一条件能解释这些变化。", flipped: (now) => (now === true ? "变为满足" : now === false ? "变为不满足" : "变为未知"), median: (text) => `典型值 ${text}`, people: (n, least) => `${least ? "至少 " : ""}${n} 户`, byRule: (n) => `其中 ${n} 户因规则调整`,
    save: "存为客群集", saveNote: (name, days) => `${days} 天内由 ${name} 的客户，每日滚动更新。`, id: "编号", zh: "中文名", en: "英文名", savedIt: "已保存，可在“客群集”中查看", small_: "其他", stay: "未变动", noSplit: "同一规则口径下，变化全部来自客户行为。", hint: "点击图中的流向或节点，查看原因与明细。", none: "没有客户换过客群", unlisted: "换客群的流向人数都过少，不予列出。",
    cause: { same: "未变动", behaviour: "客户行为变化", rule: "规则调整", both: "行为与规则共同作用", population: "开户、销户或迁移", untold: "人数过少，不分原因" } },
  en: { top: "Largest moves", all: "All flows", from: "From", to: "To", customers: "Customers", share: "Of source", shareListed: "Of source, listed", back: "← Back", came: "Where they came from", went: "Where they went", causes: "Why they moved", small: "Small flows in it",
    reasons: "Top reasons", noReason: "No single condition explains these moves.", flipped: (now) => (now === true ? "became true" : now === false ? "became false" : "became unknown"), median: (text) => `typically ${text}`, people: (n, least) => `${least ? "at least " : ""}${n} customers`, byRule: (n) => `${n} of them by a rule change`,
    save: "Save as a segment set", saveNote: (name, days) => `Customers who moved ${name} within ${days} days, kept up every day.`, id: "Id", zh: "Chinese name", en: "English name", savedIt: "Saved; see it under Segment sets", small_: "Other", stay: "stayed", noSplit: "Under the same rules every move is the customers' own behaviour.", hint: "Click a flow or a node to see causes and details.", none: "Nobody changed segment", unlisted: "All moves are of too few customers to be listed.",
    cause: { same: "Did not move", behaviour: "Customers' behaviour", rule: "Rule change", both: "Behaviour and rules together", population: "Opened, closed or relocated", untold: "Too few to tell apart" } },
});
const CAUSES = { behaviour: "#0B5FA5", rule: "#E0A100", both: "#17A2A2", population: "#9AA5B1", same: "#C3CCD6", untold: "#DDE3EA" };

const SAVERS = new Set(["hq_analyst", "hq_approver", "branch_analyst", "branch_approver", "admin"]);

const back = (onback) => el("button", { class: "button small", onclick: onback }, words.back);

function badge(flow, id) {
  if (id === "(other)") return el("span", { class: "quiet" }, words.small_);
  const node = flow.byId.get(id);
  return el("span", { class: "badge" }, node.code ? el("span", { class: "pill", style: { background: familyColour(node.family) } }, node.code) : null, " ", named(node));
}

function listed(flow, links, onlink, columns) {
  const kinds = {
    from: { key: "from", label: words.from, format: (id) => badge(flow, id), sort: (link) => flow.label(link.from) },
    to: { key: "to", label: words.to, format: (id, link) => (link.from === link.to ? el("span", { class: "quiet" }, words.stay) : badge(flow, id)), sort: (link) => flow.label(link.to) },
    customers: { key: "customers", label: words.customers, align: "right", format: (value) => el("b", {}, full(value)) },
    share: { key: "share", label: flow.isPartial ? words.shareListed : words.share, align: "right", format: (_, link) => percent(link.customers / flow.sums.from.get(link.from)), sort: (link) => link.customers / flow.sums.from.get(link.from) },
  };
  return table(columns.map((name) => kinds[name]), links, { sortBy: "customers", onrow: onlink });
}

/** The largest moves that are known as such, or all flows. */
export function moves(flow, onlink, { all = false } = {}) {
  const links = all ? flow.links : flow.links.filter((link) => link.from !== link.to && isListed(link)).sort((a, b) => b.customers - a.customers).slice(0, 20);
  if (!links.length) return [el("p", { class: "note" }, flow.links.every(isListed) ? words.none : words.unlisted)];
  const parts = [listed(flow, links, onlink, ["from", "to", "customers", "share"])];
  return all ? parts : [el("h2", {}, words.top), el("p", { class: "note" }, words.hint), ...parts];
}

export function aboutNode(flow, id, side, onlink, onback) {
  const related = flow.links.filter((link) => link[side] === id);
  return [back(onback), el("h2", { style: { margin: "8px 0" } }, badge(flow, id), " ", el("b", {}, flow.least(id), full(flow.sums[side].get(id)))),
    el("h3", {}, side === "from" ? words.went : words.came),
    listed(flow, related, onlink, side === "from" ? ["to", "customers", "share"] : ["from", "customers", "share"])];
}

export function aboutLink(flow, link, choice, onback) {
  const heading = el("h2", { style: { margin: "8px 0" } }, badge(flow, link.from), " → ", badge(flow, link.to));
  const figures = el("div", { class: "figures" },
    el("div", { class: "figure" }, el("span", {}, words.customers), el("b", { id: "link-customers" }, full(link.customers))),
    el("div", { class: "figure" }, el("span", {}, flow.isPartial ? words.shareListed : words.share), el("b", {}, percent(link.customers / flow.sums.from.get(link.from)))));
  if (link.parts) return [back(onback), heading, figures, el("h3", {}, words.small), listed(flow, link.parts, null, ["to", "customers", "share"])];
  return [back(onback), heading, figures, el("h3", {}, words.causes), split(link, choice), ...reasons(flow, link, choice), ...saved(flow, link, choice)];
}

/** Which questions of the tree flipped, asked when a link between two segments is opened. */
function reasons(flow, link, choice) {
  if (link.from === link.to || flow.isSpecial(link.from) || flow.isSpecial(link.to)) return [];
  const place = el("div", { id: "reasons" });
  fill(place, async () => {
    const found = await get("flow/why", { org: choice.org, from: choice.from, to: choice.to, basis: choice.basis, source: link.from, target: link.to });
    return found.length ? found.map(reason) : el("p", { class: "note" }, words.noReason);
  });
  return [el("h3", {}, words.reasons), place];
}

function reason(each) {
  const values = each.value_before === null || each.value_after === null ? null : `${each.value_before} → ${each.value_after}`;
  return el("div", { class: "why" }, el("div", {}, el("b", {}, each[`condition_${lang}`]), el("span", {}, words.flipped(each.after))),
    el("div", { class: "note" }, [values ? words.median(values) : null, words.people(full(each.customers), each.is_at_least), each.rule_changed ? words.byRule(full(each.rule_changed)) : null].filter(Boolean).join(" · ")));
}

/** The customers behind a link as a rolling segment set, for who may save sets. */
function saved(flow, link, choice) {
  if (flow.isSpecial(link.from) || flow.isSpecial(link.to) || !SAVERS.has(viewer.role)) return [];
  const days = Math.round((Date.parse(choice.to) - Date.parse(choice.from)) / 864e5);
  const name = `${flow.label(link.from)} → ${flow.label(link.to)}`;
  const inWords = (language) => [link.from, link.to].map((id) => `${flow.byId.get(id).code} ${flow.byId.get(id)[`name_${language}`]}`.trim()).join(" → ");
  const line = (label, attributes) => el("label", {}, el("span", {}, label), el("input", { type: "text", required: true, ...attributes }));
  const open = () => form(words.save, el("div", { class: "lines" }, el("p", { class: "note" }, words.saveNote(name, days)),
    line(words.id, { name: "set", pattern: "[a-z][a-z0-9_]*", maxlength: 40, value: `${link.from}_to_${link.to}`.toLowerCase() }),
    line(words.zh, { name: "zh", value: inWords("zh") }), line(words.en, { name: "en", value: inWords("en") })), async (data) => {
    await post("sets/save", { org: choice.org, set: data.get("set"), zh: data.get("zh"), en: data.get("en"), kind: "rolling", members: link.to, from_segment: link.from, to_segment: link.to, flow_days: days });
    toast(words.savedIt);
  }, { ok: words.save });
  return [el("p", { style: { "margin-top": "12px" } }, el("button", { class: "button primary", id: "save-set", onclick: open }, words.save))];
}

function split(link, choice) {
  if (choice.basis === "same-rules") return el("p", { class: "note" }, words.noSplit);
  const entries = Object.entries(link.causes).sort(([, a], [, b]) => b - a);
  const untold = link.customers - entries.reduce((sum, [, customers]) => sum + customers, 0); // to branches: too few of a kind
  if (untold) entries.push(["untold", untold]);
  return el("div", { id: "causes" }, entries.map(([cause, customers]) => el("div", { style: { margin: "6px 0" } },
    el("div", { style: { display: "flex", "justify-content": "space-between" } }, el("span", {}, words.cause[cause]),
      el("span", {}, el("b", {}, full(customers)), " ", el("span", { class: "quiet" }, percent(customers / link.customers)))),
    el("div", { style: { height: "6px", background: "#EDF1F5", "border-radius": "3px", overflow: "hidden" } },
      el("div", { style: { height: "100%", width: `${(customers / link.customers) * 100}%`, background: CAUSES[cause] } })))));
}
