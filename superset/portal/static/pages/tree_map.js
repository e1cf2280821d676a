// The mind map: inner nodes as boxes midway between their children, leaves as lines below each other, links as curves.
import { familyColour, FONT } from "../charts.js";
import { named, t } from "../context.js";
import { el, svg } from "../dom.js";
import { counted, direction, full, percent, signed } from "../numbers.js";

const words = t({
  zh: { fold: "收起", unfold: "展开", tree: "决策树", spoken: (n) => `${n.name}，${n.customers} 户，占上级 ${n.share}，较前日 ${n.change}` },
  en: { fold: "Collapse", unfold: "Expand", tree: "Decision tree", spoken: (n) => `${n.name}: ${n.customers} customers, ${n.share} of parent, ${n.change} over a day` },
});
const LEAF = { least: 15, most: 30, step: 0.5 };
const BOX = 40;
const GAP = 28; // between a box and the next column: the fold button and the curve
const TRIES = [[13, Infinity], [12, Infinity], ...[Infinity, 140, 125, 110, 95, 80].map((widest) => [11, widest])]; // font, the widest name in a box

/** `nodes` in tree order; `depth` levels are open at first, with `isBare` none below which nothing but hidden counts are.
 *  Calls onchoose(node_id). */
export function mindmap(nodes, { depth, isBare, chosen, height, width, onchoose }) {
  const children = Map.groupBy(nodes, (node) => node.parent_id);
  const isFolded = (node) => node.depth >= depth || (isBare && node.parent_id && isHiddenBelow(node, children));
  const folded = new Set(nodes.filter((node) => !node.is_leaf && isFolded(node)).map((node) => node.node_id));
  const place = el("div", { class: "mindmap", role: "tree", "aria-label": words.tree });
  const names = shortNames(nodes);
  let current = chosen;
  draw();
  return place;

  function open(node) {
    return folded.has(node.node_id) ? [] : (children.get(node.node_id) ?? []);
  }

  function draw() {
    const placed = layout(nodes[0], open, names, { height, width });
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
    place.style.setProperty("font-size", `${placed.font}px`);
    place.replaceChildren(links, ...placed.all.flatMap(drawn));
  }

  function drawn({ node, x, y, end, isLine }) {
    const attributes = { role: "treeitem", "data-node": node.node_id, "aria-selected": String(node.node_id === current), "aria-level": node.depth + 1,
      "aria-expanded": node.is_leaf ? null : String(!folded.has(node.node_id)), tabindex: node.node_id === current ? 0 : -1,
      "aria-label": spoken(node), title: spoken(node), onclick: () => choose(node), onkeydown: (event) => move(event, node) };
    const colour = familyColour(node.family);
    const line = el("button", { ...attributes, class: isLine ? "node" : "node inner",
      style: { left: `${x}px`, top: `${y}px`, "--family": colour, ...(isLine ? {} : { width: `${end - x}px` }) } },
    isLine ? [node.code ? el("span", { class: "pill", style: { background: colour } }, node.code) : null, el("span", {}, names.get(node.node_id)), ...measures(node)]
      : [el("span", { class: "name" }, names.get(node.node_id)), el("span", {}, measures(node).flatMap((each) => [each, " "]))]);
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

function isHiddenBelow(node, children) {
  const below = ({ node_id }) => (children.get(node_id) ?? []).flatMap((child) => [child.customers, ...below(child)]);
  const counts = below(node);
  return counts.includes(null) && !counts.some(Boolean);
}

function measures(node) {
  const change = node.change_1d ? [el("span", { class: direction(node.change_1d) }, signed(node.change_1d))] : [];
  return [el("b", {}, counted(node.customers)), node.parent_id && node.share_of_parent !== null ? el("span", { class: "share" }, percent(node.share_of_parent)) : null, ...change].filter(Boolean);
}

const spoken = (node) => words.spoken({ name: `${node.code} ${named(node)}`.trim(), customers: counted(node.customers, full), share: percent(node.share_of_parent), change: signed(node.change_1d, full) });

function ancestry(nodes, id) {
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  const path = new Set();
  for (let node = byId.get(id); node; node = byId.get(node.parent_id)) path.add(node.node_id);
  return path;
}

/** Node -> its name; a branch's split of a segment by what it adds: "rural" below "Light", where its name is "Light: rural". */
function shortNames(nodes) {
  const byId = new Map(nodes.map((node) => [node.node_id, node]));
  const own = (node) => {
    const parent = byId.get(node.parent_id);
    const isSplit = parent && node.code && node.code === parent.code && named(node).startsWith(named(parent));
    return (isSplit && named(node).slice(named(parent).length).replace(/^[\s:：·,，-]+/, "")) || named(node);
  };
  return new Map(nodes.map((node) => [node.node_id, own(node)]));
}

/** As `rows` places it, with the highest rows that fit the height, or the lowest there are. */
function layout(root, open, names, { height, width }) {
  const fits = fitted(root, open, names, width);
  for (let row = LEAF.most; ; row -= LEAF.step) {
    const placed = rows(root, open, row, fits);
    if (placed.height <= height || row <= LEAF.least) return placed;
  }
}

/** Rows for what has no open children, boxes in the middle of theirs; columns by depth, as wide as the place allows. */
function rows(root, open, row, { font, columns }) {
  const all = [];
  const byId = new Map();
  let next = 0;
  const put = (node) => {
    const start = next;
    const first = all.length;
    const below = open(node).map(put);
    const isLine = node.is_leaf;
    if (below.length && next - start < BOX) { // few lines below a box: they make room for it
      const pad = (BOX - (next - start)) / 2;
      for (const at of all.slice(first)) at.y += pad;
      next = start + BOX;
    }
    const room = isLine ? row : BOX;
    if (!below.length) next += room;
    const y = below.length ? (below[0].y + below.at(-1).y) / 2 : next - room / 2;
    const { x, box } = columns[node.depth];
    const at = { node, x, y, isLine, end: isLine ? x : x + box };
    byId.set(node.node_id, at);
    all.push(at);
    return at;
  };
  put(root);
  all.sort((a, b) => a.y - b.y || a.x - b.x);
  return { all, byId, font, height: Math.max(next, BOX) };
}

/** The largest font with which everything fits the width, names in boxes cut short if they must be, and per depth where its column begins and how wide boxes are. */
function fitted(root, open, names, width) {
  for (const [font, widest] of TRIES) {
    const boxes = [];
    const lines = [];
    const visit = (node) => {
      const numbers = `${counted(node.customers)} ${node.parent_id && node.share_of_parent !== null ? percent(node.share_of_parent) : ""} ${node.change_1d ? signed(node.change_1d) : ""}`;
      if (node.is_leaf) lines.push([node.depth, pixels(`${names.get(node.node_id)} ${numbers}`, font) + 72]);
      else boxes[node.depth] = Math.max(boxes[node.depth] ?? 0, Math.min(pixels(names.get(node.node_id), font), widest), pixels(numbers, font));
      open(node).forEach(visit);
    };
    visit(root);
    const columns = [];
    let x = 0;
    for (let depth = 0; depth <= Math.max(boxes.length, ...lines.map(([at]) => at)); depth++) {
      const box = (boxes[depth] ?? 0) + 22;
      columns.push({ x, box });
      x += box + GAP;
    }
    const needed = Math.max(...lines.map(([depth, length]) => columns[depth].x + length), columns[boxes.length - 1].x + columns[boxes.length - 1].box + 20);
    if (needed <= width || widest === TRIES.at(-1)[1]) return { font, columns };
  }
}

const ruler = document.createElement("canvas").getContext("2d");

function pixels(text, font) {
  ruler.font = `500 ${font}px ${FONT}`;
  return ruler.measureText(text).width;
}
