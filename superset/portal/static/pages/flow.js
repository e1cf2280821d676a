// 客户流向: who moved from which segment to which between two days, and why? The flow on the left, what was clicked on the right.
import { get } from "../api.js";
import { named, t, viewer } from "../context.js";
import { el, empty, fill, tabs } from "../dom.js";
import { HIDDEN, percent, short } from "../numbers.js";
import { chosen, dayPicker, levelPicker, options, orgPicker, remember, segmented, toolbar } from "../pickers.js";
import { matrix } from "./flow_matrix.js";
import { aboutLink, aboutNode, moves } from "./flow_panel.js";
import { isListed, sankey } from "./flow_sankey.js";

const words = t({
  zh: { title: "客户流向", from: "从", to: "到", basis: "口径", actual: "实际", same: "同一规则", stay: "显示未变动", sankey: "桑基图", matrix: "矩阵", list: "明细",
    none: "没有可显示的流向", todo: "两天之间没有客户，或每条流向的人数都过少、不予显示。请选择更粗的层级、其他日期或机构。", one: "只有一天的数据", wait: "流向需要两天：第二天运行完成后即可查看。", first: "期初客户", last: "期末客户", moved: "客群变化", entered: "新增/转入", left: "销户/转出", few: "去向未列出", partial: "人数过少的流向不列出，合在“少量”中：带“≥”的是已列出流向之和，不少于此；客群的完整人数见决策树。" },
  en: { title: "Customer flow", from: "From", to: "to", basis: "Basis", actual: "Actual", same: "Same rules", stay: "Show those who stayed", sankey: "Sankey", matrix: "Matrix", list: "List",
    none: "No flow to show", todo: "There are no customers between these two days, or too few along every link to be shown. Choose a coarser level, other days or another organisation.", one: "Only one day so far", wait: "A flow needs two days: come back after the second has run.", first: "Customers then", last: "Customers now", moved: "Changed segment", entered: "New or moved in", left: "Closed or moved out", few: "Destination not listed", partial: "Flows of too few customers are not listed; together they are under Few. A sum with ≥ is of the listed flows, so at least that many; the decision tree has the whole number." },
});

export async function show(page) {
  const { days, deepest } = await options();
  if (days.length < 2) return page.append(empty(words.one, words.wait), el("span"));
  const monthBefore = days.findLast((day) => Date.parse(day) <= Date.parse(days.at(-1)) - 30 * 864e5) ?? days[0];
  const choice = chosen({ org: viewer.org_code, from: monthBefore, to: days.at(-1), level: Math.min(3, deepest), basis: "actual", stay: "1" });
  choice.level = Number(choice.level);
  if (choice.from > choice.to) choice.from = days[0];
  const main = el("div", { class: "card pane", id: "flow" });
  const side = el("aside", { class: "card pane", id: "about", "aria-live": "polite" });
  const figures = el("div", { class: "figures push", id: "figures" });
  const again = () => { remember(choice); load(); };
  const pick = (name) => (value) => { choice[name] = value; again(); };
  let tab = "sankey";
  let flow;

  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, pick("org")), await dayPicker(words.from, choice.from, pick("from")), await dayPicker(words.to, choice.to, pick("to")),
      await levelPicker(choice.level, pick("level")),
      segmented(words.basis, [["actual", words.actual], ["same-rules", words.same]], choice.basis, pick("basis")),
      el("label", { class: "field" }, el("input", { type: "checkbox", checked: choice.stay === "1", onchange: (event) => { choice.stay = event.target.checked ? "1" : "0"; remember(choice); main.replaceChildren(drawn()); } }), el("span", {}, words.stay)),
      figures),
    el("div", { class: "split" }, main, side));
  load();

  function load() {
    figures.replaceChildren();
    side.replaceChildren();
    fill(main, async () => {
      flow = read(await get("flow/links", { org: choice.org, from: choice.from, to: choice.to, level: choice.level, basis: choice.basis }));
      if (!flow.links.length) return empty(words.none, words.todo);
      figures.replaceChildren(...totals(flow));
      return drawn();
    });
  }

  function drawn() {
    const shown = choice.stay === "1" ? flow.links : flow.links.filter((link) => link.from !== link.to);
    const about = {
      link: (link) => side.replaceChildren(...aboutLink(flow, link, choice, overview)),
      node: (id, side_) => side.replaceChildren(...aboutNode(flow, id, side_, about.link, overview)),
    };
    function overview() { side.replaceChildren(...moves(flow, about.link), flow.isPartial ? el("p", { class: "note", id: "partial" }, words.partial) : ""); }
    const places = { sankey: el("div", { class: "chart", style: { height: "100%" } }), matrix: el("div"), list: el("div") };
    const shownTabs = tabs({ sankey: [words.sankey, places.sankey], matrix: [words.matrix, places.matrix], list: [words.list, places.list] }, tab, (wanted) => {
      tab = wanted;
      requestAnimationFrame(() => { if (!places[wanted].hasChildNodes()) draw[wanted](); });
    });
    const draw = {
      sankey: () => sankey(places.sankey, flow, shown, about),
      matrix: () => places.matrix.append(matrix(flow, about.link)),
      list: () => places.list.append(...moves(flow, about.link, { all: true })),
    };
    overview();
    return shownTabs;
  }
}

const isSpecial = (id) => id.startsWith("(");

const FEW = "(few)"; // a branch's links that are not shown, together: of who moved and of who stayed

/** Links with their nodes, and the sums that figures, matrix and panel show. */
function read({ nodes, links }) {
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  const sums = { from: new Map(), to: new Map() };
  for (const link of links) {
    for (const side of ["from", "to"]) sums[side].set(link[side], (sums[side].get(link[side]) ?? 0) + link.customers);
  }
  const label = (id) => `${byId.get(id).code ? `${byId.get(id).code} ` : ""}${named(byId.get(id))}`;
  const isPartial = !links.every(isListed);
  const least = (id) => (isPartial && id !== FEW ? "≥" : ""); // a sum of what is listed
  return { nodes, links, byId, sums, label, isSpecial, isPartial, least, total: links.reduce((sum, link) => sum + link.customers, 0) };
}

function totals(flow) {
  const sum = (test) => flow.links.filter(test).reduce((all, link) => all + link.customers, 0);
  const figure = (label, value, note) => el("div", { class: "figure" }, el("span", {}, label), el("b", {}, value, note ? el("small", {}, ` ${note}`) : null));
  const stock = (link) => !isSpecial(link.from) && !isSpecial(link.to);
  const moved = sum((link) => stock(link) && link.from !== link.to);
  const few = sum((link) => link.to === FEW);
  const least = (value) => (!few ? short(value) : value ? `≥${short(value)}` : HIDDEN);
  const now = few ? [] : [figure(words.last, short(sum((link) => !isSpecial(link.to))))];
  return [
    figure(words.first, short(sum((link) => !isSpecial(link.from) || link.from === FEW))), ...now,
    figure(words.moved, least(moved), few ? null : percent(moved / Math.max(sum(stock), 1))),
    figure(words.entered, least(sum((link) => isSpecial(link.from) && link.from !== FEW))), figure(words.left, least(sum((link) => isSpecial(link.to) && link.to !== FEW))),
    ...(few ? [figure(words.few, short(few))] : []),
  ];
}
