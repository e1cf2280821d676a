// The mind map: inner nodes as boxes midway between their children, leaves as lines below each other, links as curves.
import { familyColour } from "../charts.js";
import { named, t } from "../context.js";
import { el, svg } from "../dom.js";
import { direction, full, percent, short, signed } from "../numbers.js";

const words = t({
  zh: { fold: "收起", unfold: "展开", tree: "决策树", spoken: (n) => `${n.name}，${n.customers} 户，占上级 ${n.share}，较前日 ${n.change}` },
  en: { fold: "Collapse", unfold: "Expand", tree: "Decision tree", spoken: (n) => `${n.name}: ${n.customers} customers, ${n.share} of parent, ${n.change} over a day` },
});
const LEAF = { least: 17, most: 30 };
const BOX = 36;

/** `nodes` in tree order; `depth` levels are open at first. Calls onchoose(node_id). */
export function mindmap(nodes, { depth, chosen, height, width, onchoose }) {
  const children = Map.groupBy(nodes, (node) => node.parent_id);
  const folded = new Set(nodes.filter((node) => node.depth >= depth && !node.is_leaf).map((node) => node.node_id));
  const place = el("div", { class: "mindmap", role: "tree", "aria-label": words.tree });
  let current = chosen;
  draw();
  return place;

  function open(node) {
    return folded.has(node.node_id) ? [] : (children.get(node.node_id) ?? []);
  }

  function draw() {
    const placed = layout(nodes[0], open, { height, width });
    const links = svg("svg", { "aria-hidden": "true" });
    const path = ancestry(nodes, current);
    for (const { node, x, y, end } of placed.all) {
      for (const child of open(node)) {
        const to = placed.byId.get(child.node_id);
        const middle = (end + to.x) / 2;
        links.append(svg("path", { d: `M${end} ${y}C${middle} ${y} ${middle} ${to.y} ${to.x} ${to.y}`, class: path.has(child.node_id) ? "on" : "" }));
      }
    }
    place.style.setProperty("height", `${placed.height}px`);
    place.replaceChildren(links, ...placed.all.flatMap(drawn));
  }

  function drawn({ node, x, y, end, isLine }) {
    const attributes = { role: "treeitem", "data-node": node.node_id, "aria-selected": String(node.node_id === current), "aria-level": node.depth + 1,
      "aria-expanded": node.is_leaf ? null : String(!folded.has(node.node_id)), tabindex: node.node_id === current ? 0 : -1,
      "aria-label": spoken(node), title: spoken(node), onclick: () => choose(node), onkeydown: (event) => move(event, node) };
    const colour = familyColour(node.family);
    const line = el("button", { ...attributes, class: isLine ? "node" : "node inner",
      style: { left: `${x}px`, top: `${y}px`, "--family": colour, ...(isLine ? {} : { width: `${end - x}px` }) } },
    isLine ? [node.code ? el("span", { class: "pill", style: { background: colour } }, node.code) : null, el("span", {}, named(node)), ...measures(node)]
      : [el("span", { class: "name" }, named(node)), el("span", {}, measures(node).flatMap((each) => [each, " "]))]);
    if (node.is_leaf || !(children.get(node.node_id) ?? []).length) return [line];
    const isFolded = folded.has(node.node_id);
    return [line, el("button", { class: "fold", tabindex: -1, style: { left: `${end + 8}px`, top: `${y}px` },
      "aria-label": `${isFolded ? words.unfold : words.fold} ${named(node)}`, onclick: () => fold(node) }, isFolded ? "+" : "−")];
  }

  function choose(node) {
    current = node.node_id;
    draw();
    place.querySelector(`[data-node="${CSS.escape(current)}"]`)?.focus();
    onchoose(current);
  }

  function fold(node) {
    if (!folded.delete(node.node_id)) folded.add(node.node_id);
    draw();
  }

  function move(event, node) {
    const shown = [...place.querySelectorAll("[role=treeitem]")];
    const at = shown.indexOf(event.currentTarget);
    const go = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (go && shown[at + go]) shown[at + go].focus();
    else if ((event.key === "ArrowLeft" && !folded.has(node.node_id)) || (event.key === "ArrowRight" && folded.has(node.node_id))) node.is_leaf || fold(node);
    else return;
    event.preventDefault();
  }
}

function measures(node) {
  const change = node.change_1d ? [el("span", { class: direction(node.change_1d) }, signed(node.change_1d))] : [];
  return [el("b", {}, short(node.customers)), node.parent_id ? el("span", { class: "share" }, percent(node.share_of_parent)) : null, ...change].filter(Boolean);
}

const spoken = (node) => words.spoken({ name: `${node.code} ${named(node)}`.trim(), customers: full(node.customers), share: percent(node.share_of_parent), change: signed(node.change_1d, full) });

function ancestry(nodes, id) {
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  const path = new Set();
  for (let node = byId.get(id); node; node = byId.get(node.parent_id)) path.add(node.node_id);
  return path;
}

/** Rows for what has no open children, boxes in the middle of theirs; columns by depth, as wide as the place allows. */
function layout(root, open, { height, width }) {
  const lines = [];
  const visit = (node) => (open(node).length ? open(node).forEach(visit) : lines.push(node));
  visit(root);
  const boxes = lines.filter((node) => !node.is_leaf).length;
  const row = Math.min(LEAF.most, Math.max(LEAF.least, (height - boxes * BOX) / Math.max(lines.length - boxes, 1)));
  const deepest = Math.max(...lines.map((node) => node.depth), 1);
  const column = Math.min(170, Math.max(118, (width - textWidth(lines)) / Math.max(deepest, 1)));
  const all = [];
  const byId = new Map();
  let next = 0;
  const put = (node) => {
    const below = open(node).map(put);
    const isLine = node.is_leaf;
    const room = isLine ? row : BOX;
    if (!below.length) next += room;
    const y = below.length ? (below[0].y + below.at(-1).y) / 2 : next - room / 2;
    const x = node.depth * column;
    const at = { node, x, y, isLine, end: isLine ? x : x + column - 28 };
    byId.set(node.node_id, at);
    all.push(at);
    return at;
  };
  put(root);
  all.sort((a, b) => a.y - b.y || a.x - b.x);
  return { all, byId, height: Math.max(next, BOX) };
}

/** Pixels that the longest of the deepest lines needs. */
function textWidth(lines) {
  const context = document.createElement("canvas").getContext("2d");
  context.font = "13px 'Noto Sans CJK SC', sans-serif";
  const deepest = Math.max(...lines.map((node) => node.depth));
  return Math.max(...lines.filter((node) => node.depth === deepest).map((node) => context.measureText(`${named(node)} ${short(node.customers)} ${percent(node.share_of_parent)} ${signed(node.change_1d)}`).width)) + 64;
}
