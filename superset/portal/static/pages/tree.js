// 决策树: where are my customers, and what is a segment like? The mind map on the left, the chosen node on the right.
import { get } from "../api.js";
import { chart, familyColour, trend } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { el, empty, fill } from "../dom.js";
import { counted, direction, full, HIDDEN_NOTE, percent, short, signed } from "../numbers.js";
import { LEVELS, valued } from "../parameters.js";
import { chosen, dayPicker, options, orgPicker, remember, select, toolbar } from "../pickers.js";
import { table } from "../table.js";
import { mindmap } from "./tree_map.js";

const words = t({
  zh: {
    title: "决策树", day: "日期", depth: "展开", whole: "全部", shown: "有人数的部分", folded: "其下全是“∗”的分支已收起，点“+”展开。", few: "本机构当日客户过少，所有人数均不显示；总行可以看到。", levels: (n) => `前 ${n} 层`, customers: "客户数", share: "占上级", ofAll: "占全部",
    change: "较前日", week: "较7天前", month: "较30天前", condition: "进入条件", profile: "客群画像", trend: "客户数走势（90天）",
    measure: "指标", here: "本节点", parent: "上级", bank: "全部", none: "该机构当日没有数据", todo: "请选择其他日期，或向数据团队确认当日是否已运行。",
    edges: "最可能的去向", edgesAll: (n, share) => `${n} 户（${share}）接近边界，可能很快改变客群`, why: "触发因素", to: "去向", up: "增加", down: "减少", later: "再过几天不变", time: "时间推移",
    rule: "谁可见、谁可设", all: "全行可见；主树由总行维护。", local: "仅本分行和总行可见，由本分行设置。", setBy: (level) => `${level}及以上可设`, gone: "该节点在这一天不存在", choose: "请在左侧选择其他节点。", toFlow: "看流向", oneDay: "只有一天的数据，走势从第二天起显示。",
  },
  en: {
    title: "Decision tree", day: "Day", depth: "Show", whole: "All levels", shown: "Where numbers show", folded: "Branches with nothing but ∗ below are folded: + opens them.", few: "This organisation has too few customers on this day for any number to be shown; head office sees them.", levels: (n) => `${n} level${n > 1 ? "s" : ""}`, customers: "Customers", share: "Of parent", ofAll: "Of all",
    change: "1 day", week: "7 days", month: "30 days", condition: "Who is in it", profile: "Profile", trend: "Customers, 90 days",
    measure: "Measure", here: "This node", parent: "Parent", bank: "All", none: "No data for this organisation on this day", todo: "Choose another day, or ask the data team whether the day has run.",
    edges: "Likely to move next", edgesAll: (n, share) => `${n} customers (${share}) are near an edge and may soon change segment`, why: "By", to: "To", up: "more", down: "less", later: "if nothing happens for some days", time: "time passing",
    rule: "Who sees it, who may set it", all: "Seen by the whole bank; head office keeps the main tree.", local: "Seen by this branch and head office; the branch sets it.", setBy: (level) => `may be set down to: ${level}`, gone: "This node does not exist on this day", choose: "Choose another node on the left.", toFlow: "See its flow", oneDay: "Only one day so far: the trend starts with the second.",
  },
});

const SHOWN = "shown"; // as deep as there are numbers to see

export async function show(page) {
  const { days, deepest } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo));
  const choice = chosen({ org: viewer.org_code, day: days.at(-1), depth: "", node: "root" });
  const map = el("div", { class: "card pane", id: "map" });
  const side = el("aside", { class: "card pane", id: "node", "aria-live": "polite" });
  const figures = el("div", { class: "figures push", id: "figures" });
  const depth = el("span");
  let tree;

  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; choice.node = "root"; again(); }),
      await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); }),
      depth, figures),
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
      depth.replaceChildren(depthPicker());
      about();
      return drawn();
    });
  }

  const isNoted = () => tree.nodes.some((node) => node.customers === null);
  const chosenDepth = () => choice.depth || (isNoted() ? SHOWN : String(deepest));

  function depthPicker() {
    const levels = Array.from({ length: deepest }, (_, place) => [place + 1, place + 1 === deepest ? words.whole : words.levels(place + 1)]);
    return select(words.depth, isNoted() ? [[SHOWN, words.shown], ...levels] : levels, chosenDepth(),
      (wanted) => { choice.depth = wanted; remember(choice); map.replaceChildren(...drawn()); });
  }

  function drawn() {
    const wanted = chosenDepth();
    const map_ = mindmap(tree.nodes, { depth: wanted === SHOWN ? deepest : Number(wanted), isBare: wanted === SHOWN, chosen: choice.node, height: map.clientHeight - (isNoted() ? 52 : 24), width: map.clientWidth - 26,
      onchoose: (node) => { choice.node = node; remember(choice); about(); } });
    return isNoted() ? [map_, el("p", { class: "note" }, [HIDDEN_NOTE, wanted === SHOWN && words.folded, tree.nodes[0].customers === null && words.few].filter(Boolean).join(" · "))] : [map_];
  }

  function about() {
    fill(side, async () => aboutNode(tree, await get("tree/node", { org: choice.org, day: choice.day, node: choice.node }), choice));
  }
}

const figure = (label, value, cls = "") => el("div", { class: "figure" }, el("span", {}, label), el("b", { class: cls }, value));

const totals = (root) => [
  figure(words.customers, counted(root.customers)),
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
      figure(words.customers, counted(row.customers, full)), figure(words.share, percent(row.share_of_parent)), figure(words.ofAll, percent(all ? row.customers / all : null)),
      figure(words.change, signed(row.change_1d), direction(row.change_1d)), figure(words.week, signed(row.change_7d), direction(row.change_7d)),
      figure(words.month, signed(row.change_30d), direction(row.change_30d))),
    el("h3", {}, words.condition), el("p", { class: "condition" }, found.node[`condition_${lang}`]),
    el("h3", {}, words.trend), trendOf(found.trend, colour),
    ...edgesOf(tree, found.edges, row.customers),
    el("h3", {}, words.profile), profileOf(found.profile),
    el("h3", {}, words.rule), ruleOf(found.rule),
  ];
}

/** Values so close to each other that shortened numbers beside the axis would all read the same. */
function near(points) {
  const values = points.map(([, value]) => value).filter(Number.isFinite);
  return Math.max(...values) - Math.min(...values) < Math.max(...values) / 20;
}

/** The row (any) counts each customer once; the others say by what and where to. */
function edgesOf(tree, edges, customers) {
  const all = edges.find((edge) => edge.column_name === "(any)");
  const ways = edges.filter((edge) => edge.column_name !== "(any)");
  if (!all && !ways.length) return [];
  const names = new Map(tree.nodes.map((node) => [node.node_id, node]));
  return [el("h3", {}, words.edges), all ? el("p", { class: "note" }, words.edgesAll(full(all.customers), percent(all.customers / customers))) : null,
    !ways.length ? null : table([
      { key: "column_name", label: words.why, format: (name, edge) => (name === "time" ? words.time : `${edge.column[lang]} ${words[edge.direction] ?? ""}`), sort: (edge) => edge.column_name },
      { key: "to_leaf", label: words.to, format: (id) => badge(names.get(id), id) },
      { key: "customers", label: words.customers, align: "right", format: (value) => full(value) },
    ], ways, { sortBy: "customers", limit: 6 })];
}

function badge(node, id) {
  if (!node) return id;
  return el("span", { class: "badge" }, node.code ? el("span", { class: "pill", style: { background: familyColour(node.family) } }, node.code) : null, " ", named(node));
}

const ruleOf = (rule) => el("div", { id: "rule" }, el("p", {}, rule.is_local ? words.local : words.all),
  rule.parameters.map((row) => el("p", {}, `${named(row)} ${valued(row)}`, el("span", { class: "note" }, ` · ${words.setBy(LEVELS[row.set_by])}`))));

function trendOf(points, colour) {
  if (points.every(([, customers]) => customers === null)) return el("p", { class: "note" }, HIDDEN_NOTE);
  if (points.length < 2) return el("p", { class: "note" }, words.oneDay);
  const place = el("div", { class: "chart", style: { height: "130px" }, role: "img", "aria-label": words.trend });
  requestAnimationFrame(() => chart(place, trend(points, full, colour, near(points) ? full : short)));
  return place;
}

const profileOf = (rows) => (rows.length ? profileTable(rows) : el("p", { class: "note" }, HIDDEN_NOTE));

const profileTable = (rows) => table([
  { key: "measure", label: words.measure, format: (_, row) => named(row, "measure"), sort: (row) => named(row, "measure") },
  { key: "value", label: words.here, align: "right", format: (_, row) => el("b", {}, row[`value_${lang}`] ?? "–") },
  { key: "parent_value", label: words.parent, align: "right", format: (_, row) => row[`parent_${lang}`] ?? "–" },
  { key: "whole_value", label: words.bank, align: "right", format: (_, row) => row[`whole_${lang}`] ?? "–" },
], rows);
