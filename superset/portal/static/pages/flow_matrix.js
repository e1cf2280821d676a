// The flow as a matrix: a row per source, a column per target, sums at the ends that are the tree's counts on the two days.
import { familyColour } from "../charts.js";
import { t } from "../context.js";
import { el } from "../dom.js";
import { full } from "../numbers.js";
import { table } from "../table.js";

const words = t({ zh: { from: "从", sum: "合计" }, en: { from: "From", sum: "Total" } });

export function matrix(flow, onlink) {
  const targets = flow.nodes.filter((node) => flow.sums.to.has(node.node_id));
  const sources = flow.nodes.filter((node) => flow.sums.from.has(node.node_id));
  const cells = new Map(flow.links.map((link) => [`${link.from} ${link.to}`, link]));
  const largest = Math.max(...flow.links.filter((link) => link.from !== link.to).map((link) => link.customers), 1);
  const rows = sources.map((node) => ({ node, id: node.node_id, sum: flow.sums.from.get(node.node_id) }));
  const columns = [
    { key: "node", label: words.from, format: (node) => el("span", { style: { "white-space": "nowrap" } }, pill(node), flow.label(node.node_id).replace(node.code, "")), sort: (row) => sources.indexOf(row.node) },
    { key: "sum", label: words.sum, align: "right", format: (value, row) => el("b", {}, flow.least(row.id), full(value)) },
    ...targets.map((target) => ({ key: target.node_id, label: target.code || flow.label(target.node_id), align: "right", sort: (row) => cells.get(`${row.id} ${target.node_id}`)?.customers ?? 0,
      title: () => flow.label(target.node_id), format: (_, row) => cell(cells.get(`${row.id} ${target.node_id}`), row.id === target.node_id) })),
  ];
  const made = table(columns, rows, { sortBy: "node", descending: false });
  const sums = el("tr", { class: "sums" }, el("td", {}, el("b", {}, words.sum)), el("td", { class: "right", id: "matrix-total" }, el("b", {}, full(flow.total))),
    targets.map((target) => el("td", { class: "right" }, el("b", {}, flow.least(target.node_id), full(flow.sums.to.get(target.node_id))))));
  made.classList.add("matrix");
  made.querySelector("table").append(el("tfoot", {}, sums));
  return made;

  function cell(link, stays) {
    if (!link) return "";
    const strength = stays ? 0 : Math.sqrt(link.customers / largest);
    return el("button", { class: "cell", style: { background: stays ? "#EDF1F5" : `rgba(11, 95, 165, ${0.06 + 0.5 * strength})` }, onclick: () => onlink(link) },
      full(link.customers));
  }
}

const pill = (node) => (node.code ? el("span", { class: "pill", style: { background: familyColour(node.family) } }, node.code) : null);
