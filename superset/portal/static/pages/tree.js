// 决策树: where are my customers, and what is a segment like? The mind map on the left, the chosen node on the right.
import { get } from "../api.js";
import { chart, familyColour, trend } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { direction, full, percent, short, signed } from "../numbers.js";
import { chosen, dayPicker, options, orgPicker, remember, select, toolbar } from "../pickers.js";
import { table } from "../table.js";
import { mindmap } from "./tree_map.js";

const words = t({
  zh: {
    title: "决策树", day: "日期", depth: "展开", whole: "全部", levels: (n) => `前 ${n} 层`, customers: "客户数", share: "占上级", ofAll: "占全部",
    change: "较前日", week: "较7天前", month: "较30天前", condition: "进入条件", profile: "客群画像", trend: "客户数走势（90天）",
    measure: "指标", here: "本节点", parent: "上级", bank: "全部", none: "该机构当日没有数据", todo: "请选择其他日期，或向数据团队确认当日是否已运行。",
    gone: "该节点在这一天不存在", choose: "请在左侧选择其他节点。", toFlow: "看流向", oneDay: "只有一天的数据，走势从第二天起显示。",
  },
  en: {
    title: "Decision tree", day: "Day", depth: "Show", whole: "All levels", levels: (n) => `${n} level${n > 1 ? "s" : ""}`, customers: "Customers", share: "Of parent", ofAll: "Of all",
    change: "1 day", week: "7 days", month: "30 days", condition: "Who is in it", profile: "Profile", trend: "Customers, 90 days",
    measure: "Measure", here: "This node", parent: "Parent", bank: "All", none: "No data for this organisation on this day", todo: "Choose another day, or ask the data team whether the day has run.",
    gone: "This node does not exist on this day", choose: "Choose another node on the left.", toFlow: "See its flow", oneDay: "Only one day so far: the trend starts with the second.",
  },
});

export async function show(page) {
  const { days, deepest } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo));
  const choice = chosen({ org: viewer.org_code, day: days.at(-1), depth: deepest, node: "root" });
  const map = el("div", { class: "card pane", id: "map" });
  const side = el("aside", { class: "card pane", id: "node", "aria-live": "polite" });
  const figures = el("div", { class: "figures push", id: "figures" });
  let tree;

  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; choice.node = "root"; again(); }),
      await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); }),
      select(words.depth, Array.from({ length: deepest }, (_, place) => [place + 1, place + 1 === deepest ? words.whole : words.levels(place + 1)]),
        choice.depth, (depth) => { choice.depth = Number(depth); remember(choice); map.replaceChildren(drawn()); }),
      figures),
    el("div", { class: "split" }, map, side));
  load();

  function load() {
    figures.replaceChildren();
    side.replaceChildren();
    fill(map, async () => {
      tree = await get("tree/nodes", { org: choice.org, day: choice.day });
      if (!tree.nodes.length) return empty(words.none, words.todo);
      if (!tree.nodes.some((node) => node.node_id === choice.node)) choice.node = tree.nodes[0].node_id;
      figures.replaceChildren(...totals(tree.nodes[0]));
      about();
      return drawn();
    });
  }

  function drawn() {
    return mindmap(tree.nodes, { depth: Number(choice.depth), chosen: choice.node, height: map.clientHeight - 24, width: map.clientWidth - 26,
      onchoose: (node) => { choice.node = node; remember(choice); about(); } });
  }

  function about() {
    fill(side, async () => aboutNode(tree, await get("tree/node", { org: choice.org, day: choice.day, node: choice.node }), choice));
  }
}

const figure = (label, value, cls = "") => el("div", { class: "figure" }, el("span", {}, label), el("b", { class: cls }, value));

const totals = (root) => [
  figure(words.customers, short(root.customers)),
  figure(words.change, signed(root.change_1d), direction(root.change_1d)),
  figure(words.week, signed(root.change_7d), direction(root.change_7d)),
  figure(words.month, signed(root.change_30d), direction(root.change_30d)),
];

function aboutNode(tree, found, choice) {
  if (!found.node) return empty(words.gone, words.choose);
  const row = tree.nodes.find((each) => each.node_id === found.node.node_id);
  const all = tree.nodes[0].customers;
  const colour = familyColour(row.family);
  return [
    el("header", { style: { display: "flex", gap: "8px", "align-items": "center", "margin-bottom": "8px" } },
      row.code ? el("span", { class: "pill", style: { background: colour } }, row.code) : null, el("h2", {}, named(row)),
      el("a", { class: "push", style: { "margin-left": "auto" }, href: `/mofang/flow/?${new URLSearchParams({ org: choice.org, to: choice.day })}` }, words.toFlow)),
    el("div", { class: "figures" },
      figure(words.customers, full(row.customers)), figure(words.share, percent(row.share_of_parent)), figure(words.ofAll, percent(all ? row.customers / all : null)),
      figure(words.change, signed(row.change_1d), direction(row.change_1d)), figure(words.week, signed(row.change_7d), direction(row.change_7d)),
      figure(words.month, signed(row.change_30d), direction(row.change_30d))),
    el("h3", {}, words.condition), el("p", { class: "condition" }, found.node[`condition_${lang}`]),
    el("h3", {}, words.trend), trendOf(found.trend, colour),
    el("h3", {}, words.profile), profileOf(found.profile),
  ];
}

function trendOf(points, colour) {
  if (points.length < 2) return el("p", { class: "note" }, words.oneDay);
  const place = el("div", { class: "chart", style: { height: "130px" }, role: "img", "aria-label": words.trend });
  requestAnimationFrame(() => chart(place, trend(points, short, colour)));
  return place;
}

const profileOf = (rows) => table([
  { key: "measure", label: words.measure, format: (_, row) => named(row, "measure"), sort: (row) => named(row, "measure") },
  { key: "value", label: words.here, align: "right", format: (_, row) => el("b", {}, row[`value_${lang}`] ?? "–") },
  { key: "parent_value", label: words.parent, align: "right", format: (_, row) => row[`parent_${lang}`] ?? "–" },
  { key: "whole_value", label: words.bank, align: "right", format: (_, row) => row[`whole_${lang}`] ?? "–" },
], rows);
