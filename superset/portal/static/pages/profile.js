// 客群画像: what makes these customers different, and who stayed, came and went? A node beside another, the greatest difference first.
import { get } from "../api.js";
import { familyColour, QUIET } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { full, percent, short, signed } from "../numbers.js";
import { chosen, dayPicker, options, orgPicker, remember, select, toolbar } from "../pickers.js";
import { isListed } from "./flow_sankey.js";

const words = t({
  zh: { title: "客群画像", day: "日期", node: "客群", against: "对比", parent: "上级", sibling: "同级", whole: "全部客户", since: "流动起始日", none: "该机构当日没有数据", todo: "请选择其他日期，或向数据团队确认当日是否已运行。",
    small: "人数过少，不予显示", smallTodo: "请选择人数更多的客群或更大的机构。", itself: "全部客户没有上级", itselfTodo: "请在上方选择一个客群。", customers: "客户数",
    measures: "平均水平", measuresNote: "按倍数排序：本客群平均值 ÷ 对比客群平均值。", shares: "构成", sharesNote: "按效应量 Cohen's h 排序：0.2 小，0.5 中，0.8 大。", coarse: "占比按档位取整显示。", noShares: "构成不予显示", noSharesTodo: "客群人数过少，或当日尚未计算构成。",
    times: (ratio) => `${ratio}倍`, sizes: ["无差异", "小", "中", "大"], moves: "留存与进出", stayed: "留存", joined: "进入", left: "离开", from: "从哪里来", to: "到哪里去", of: (share) => `占期初 ${share}`, nobody: "没有", unlisted: "去向未列出", least: "至少 ", hidden: "人数过少的流向不列出，其中也可能有留存的客户。", oneDay: "只有一天的数据，进出从第二天起显示。", toFlow: "看流向", more: "最突出", versus: (ours, theirs) => `${ours}（对比 ${theirs}）`, alike: "两者没有明显差异",
    dimensions: { age_band: "年龄", gender: "性别", is_rural: "城乡", institution: "首要机构" }, values: { F: "女", M: "男", unknown: "未知", rural: "县域", urban: "城区", none: "无支付" } },
  en: { title: "Profile", day: "Day", node: "Segment", against: "Compared with", parent: "Parent", sibling: "Sibling", whole: "All customers", since: "Moves since", none: "No data for this organisation on this day", todo: "Choose another day, or ask the data team whether the day has run.",
    small: "Too few customers to be shown", smallTodo: "Choose a larger segment or organisation.", itself: "All customers have no parent", itselfTodo: "Choose a segment above.", customers: "Customers",
    measures: "Averages", measuresNote: "By ratio: this segment's average ÷ the other's.", shares: "Distribution", sharesNote: "By effect size, Cohen's h: 0.2 small, 0.5 medium, 0.8 large.", coarse: "Shares are rounded to steps.", noShares: "The distribution is not shown", noSharesTodo: "The segment is too small, or its distribution is not computed for the day.",
    times: (ratio) => `×${ratio}`, sizes: ["none", "small", "medium", "large"], moves: "Stayed, joined, left", stayed: "Stayed", joined: "Joined", left: "Left", from: "Where they came from", to: "Where they went", of: (share) => `${share} of then`, nobody: "Nobody", unlisted: "Not listed", least: "at least ", hidden: "Flows of too few customers are not listed; some of them may have stayed.", oneDay: "Only one day so far: moves are shown from the second.", toFlow: "See the flow", more: "Stands out", versus: (ours, theirs) => `${ours}, against ${theirs}`, alike: "The two hardly differ",
    dimensions: { age_band: "Age", gender: "Gender", is_rural: "Place", institution: "Main institution" }, values: { F: "Female", M: "Male", unknown: "Unknown", rural: "Rural", urban: "Urban", none: "No payment" } },
});
const SHOWN = 14; // values of distributions
const LISTED = 7; // moves on either side

export async function show(page) {
  const { days } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo), el("span"));
  const before = days.findLast((day) => Date.parse(day) <= Date.parse(days.at(-1)) - 30 * 864e5) ?? days[0];
  const choice = chosen({ org: viewer.org_code, day: days.at(-1), node: "", against: "parent", since: before });
  const bar = el("div", { class: "toolbar" });
  const board = el("div", { class: "stack", id: "profile" });
  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; again(); }),
      await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); }), bar,
      await dayPicker(words.since, choice.since, (day) => { choice.since = day; again(); })),
    board);
  load();

  function load() {
    fill(board, async () => {
      const { nodes } = await get("tree/nodes", { org: choice.org, day: choice.day });
      if (!nodes.length) return empty(words.none, words.todo);
      const byId = new Map(nodes.map((node) => [node.node_id, node]));
      const node = byId.get(choice.node) ?? nodes.find((each) => each.family === "D" && each.customers !== null) ?? nodes.find((each) => each.parent_id && each.customers !== null) ?? nodes[0];
      choice.node = node.node_id;
      const against = opposite(node, nodes, byId);
      bar.replaceChildren(...pickers(node, nodes));
      if (!against) return empty(words.itself, words.itselfTodo);
      const window = { org: choice.org, from: choice.since, to: choice.day, level: node.depth };
      const [found, flow] = await Promise.all([
        get("profile/compare", { org: choice.org, day: choice.day, node: node.node_id, against }),
        choice.since < choice.day ? get("flow/links", window) : null,
      ]);
      if (!found.node) return found.is_small ? empty(words.small, words.smallTodo) : empty(words.none, words.todo);
      return drawn(found, flow, window);
    });
  }

  /** What the node is compared with: parent, whole, or a sibling by its id. */
  function opposite(node, nodes, byId) {
    if (choice.against === "whole") return nodes[0].node_id;
    const sibling = byId.get(choice.against);
    if (sibling && sibling.parent_id === node.parent_id && sibling !== node) return sibling.node_id;
    choice.against = "parent";
    return node.parent_id;
  }

  function pickers(node, nodes) {
    const siblings = nodes.filter((each) => each.parent_id === node.parent_id && each !== node);
    return [
      select(words.node, nodes.filter((each) => each.parent_id).map((each) => [each.node_id, `${"\u2003".repeat(Math.max(each.depth - 1, 0))}${label(each)}`]), node.node_id, (id) => { choice.node = id; again(); }),
      select(words.against, [["parent", words.parent], ["whole", words.whole], ...siblings.map((each) => [each.node_id, `${words.sibling} ${label(each)}`])], choice.against, (value) => { choice.against = value; again(); }),
    ];
  }
}

const label = (node) => `${node.code ? `${node.code} ` : ""}${named(node)}`;
const valueName = (row) => (row.dimension === "institution" && row.value !== "none" ? named(row) : words.values[row.value] ?? row.value);
const shareName = (row) => `${words.dimensions[row.dimension] ?? row.dimension} · ${valueName(row)}`;
const times = (ratio) => words.times(ratio >= 10 ? Math.round(ratio) : ratio.toFixed(2));

function drawn(found, flow, window) {
  const colour = familyColour(found.node.family);
  const heads = el("p", { class: "highlights" },
    el("span", {}, el("i", { class: "swatch", style: { background: colour } }), ` ${label(found.node)} `, el("b", {}, full(found.node.customers))),
    el("span", {}, el("i", { class: "swatch", style: { background: QUIET } }), ` ${label(found.against)} `, el("b", {}, full(found.against.customers))),
    el("span", { class: "push" }, ...standsOut(found)));
  return [
    el("section", { class: "card" }, heads),
    el("div", { class: "thirds" },
      card(words.measures, [el("p", { class: "note" }, words.measuresNote), ...found.measures.map((row) => measure(row, colour))], { id: "measures" }),
      card(words.shares, shares(found, colour), { id: "shares" }),
      card(words.moves, moves(found, flow, colour), { id: "moves", tools: [el("a", { href: `/mofang/flow/?${new URLSearchParams(window)}` }, words.toFlow)] })),
  ];
}

/** The greatest differences in words. */
function standsOut(found) {
  const [average] = found.measures.filter((row) => row.effect > 0.05);
  const [share] = found.shares.filter((row) => row.effect >= 0.2);
  const said = [
    average ? `${named(average, "measure")} ${times(average.ratio)}` : null,
    share ? `${shareName(share)} ${words.versus(percent(share.share), percent(share.other))}` : null,
  ].filter(Boolean);
  return said.length ? [`${words.more} `, el("b", {}, said.join(lang === "zh" ? "；" : "; "))] : [words.alike];
}

const bar = (part, colour, text) => el("div", { class: "bar-line" },
  el("i", { style: { width: `calc((100% - 62px) * ${part.toFixed(3)})`, "min-width": part ? "2px" : "0", background: colour } }), el("span", {}, text));

const beside = (name, effect, title, [ours, ourText], [theirs, theirText], colour) => {
  const most = Math.max(ours ?? 0, theirs ?? 0) || 1;
  return el("div", { class: "beside", title }, el("span", {}, name),
    el("div", {}, bar((ours ?? 0) / most, colour, ourText), bar((theirs ?? 0) / most, QUIET, theirText)), el("b", {}, effect));
};

const measure = (row, colour) => beside(named(row, "measure"), row.ratio === null ? "–" : times(row.ratio), "",
  [row.value, row[`value_${lang}`] ?? "–"], [row.other, row[`other_${lang}`] ?? "–"], colour);

function shares(found, colour) {
  if (!found.shares.length) return empty(words.noShares, words.noSharesTodo);
  const size = (effect) => words.sizes[[0.2, 0.5, 0.8].filter((step) => effect >= step).length];
  const isCoarse = !["hq_analyst", "hq_approver", "data_team", "admin"].includes(viewer.role);
  return [
    el("p", { class: "note" }, words.sharesNote, isCoarse ? ` ${words.coarse}` : ""),
    ...found.shares.slice(0, SHOWN).map((row) => beside(shareName(row), signed(row.h, (h) => h.toFixed(2)), size(row.effect), [row.share, percent(row.share)], [row.other, percent(row.other)], colour)),
  ];
}

function moves(found, flow, colour) {
  if (!flow) return el("p", { class: "note" }, words.oneDay);
  const id = found.node.node_id;
  const byId = new Map(flow.nodes.map((node) => [node.node_id, node]));
  const sum = (links) => links.reduce((all, link) => all + link.customers, 0);
  const listed = flow.links.filter(isListed);
  const joined = listed.filter((link) => link.to === id && link.from !== id);
  const left = listed.filter((link) => link.from === id && link.to !== id);
  const unlisted = sum(flow.links.filter((link) => link.from === id && !isListed(link)));
  const stayed = listed.find((link) => link.from === id && link.to === id)?.customers ?? (flow.links.length && !unlisted ? 0 : null);
  const then = stayed + sum(left) + unlisted;
  const least = unlisted ? words.least : "";
  const share = (customers, least = "") => words.of(`${least}${percent(then ? customers / then : null)}`);
  const figure = (text, value, note) => el("div", { class: "figure" }, el("span", {}, text), el("b", {}, short(value)), el("small", {}, note ?? "\u00a0"));
  const list = (links, side) => {
    const rows = links.filter((link) => link.customers).sort((a, b) => b.customers - a.customers).slice(0, LISTED);
    const most = rows[0]?.customers ?? 1;
    return rows.length ? rows.map((link) => el("div", { class: "beside moves" }, el("span", {}, label(byId.get(link[side]))),
      bar(link.customers / most, familyColour(byId.get(link[side]).family), full(link.customers)))) : el("p", { class: "note" }, words.nobody);
  };
  return [
    el("div", { class: "figures" }, figure(words.stayed, stayed, share(stayed, least)), figure(words.joined, sum(joined)), figure(words.left, sum(left), share(sum(left), least)),
      unlisted ? figure(words.unlisted, unlisted, share(unlisted)) : null),
    el("h3", {}, words.from), list(joined, "from"), el("h3", {}, words.to), list(left, "to"),
    !flow.links.every(isListed) ? el("p", { class: "note" }, words.hidden) : null,
  ].flat().filter(Boolean);
}
