// The Sankey: both sides in the tree's order and the families' colours; who stayed, or is not listed, is pale; small flows become 其他 / Other.
import { chart, escaped, familyColour, FONT, INK, TOOLTIP } from "../charts.js";
import { t } from "../context.js";
import { full, percent, short } from "../numbers.js";

const words = t({
  zh: { other: "其他", of: "占来源", ofListed: "占来源中已列出的", stay: "未变动", kinds: (n) => `${n} 条小流向` },
  en: { other: "Other", of: "of the source", ofListed: "of what is listed of the source", stay: "stayed", kinds: (n) => `${n} small flows` },
});
const SMALL = { few: 0.002, many: 0.005 }; // of all customers shown: below, a link is grouped, not dropped
const MANY = 24; // segments on a side
const GREY = "#B7C0CA";
const SIZE = 11;

export function sankey(place, flow, links, about) {
  const total = links.reduce((sum, link) => sum + link.customers, 0);
  const drawn = grouped(links, total * (new Set(links.map((link) => link.from)).size < MANY ? SMALL.few : SMALL.many));
  const nodes = [...sides(flow, drawn, links)];
  const count = Math.max(...["from", "to"].map((side) => nodes.filter((node) => node.side === side).length));
  const room = (side) => Math.min(330, Math.max(...nodes.filter((node) => node.side === side).map((node) => width(node.text))) + 12);
  const made = chart(place, {
    tooltip: { ...TOOLTIP, formatter: ({ data, dataType }) => (dataType === "edge" ? tip(flow, data.link) : escaped(data.text)) },
    series: [{
      type: "sankey", left: room("from"), right: room("to"), top: 6, bottom: 12, nodeWidth: 12, draggable: false, layoutIterations: 0,
      nodeGap: Math.max(2, Math.min(14, (place.clientHeight * 0.6) / count)),
      emphasis: { focus: "adjacency" }, blur: { lineStyle: { opacity: 0.08 }, itemStyle: { opacity: 0.5 } },
      label: { fontFamily: FONT, fontSize: SIZE, color: INK, formatter: ({ data }) => data.text },
      data: nodes.map((node) => ({ ...node, itemStyle: { color: node.colour }, label: { position: node.side === "from" ? "left" : "right" } })),
      links: drawn.map((link) => ({ source: `from ${link.from}`, target: `to ${link.to}`, value: link.customers, link, lineStyle: style(flow, link) })),
    }],
  });
  made.on("click", ({ data, dataType }) => (dataType === "edge" ? about.link(data.link) : data.node === "(other)" || about.node(data.node, data.side)));
  return made;
}

/** Links below the limit as one link per source to (other), which knows its parts. */
function grouped(links, limit) {
  const shown = [];
  const small = new Map();
  const widest = new Map(); // into each target, so that no segment is missing
  for (const link of links) if (link.customers > (widest.get(link.to)?.customers ?? 0)) widest.set(link.to, link);
  for (const link of links) {
    if (link.customers >= limit || link.from === link.to || widest.get(link.to) === link) shown.push(link);
    else small.set(link.from, [...(small.get(link.from) ?? []), link]);
  }
  for (const [from, parts] of small) {
    if (parts.length === 1) shown.push(parts[0]);
    else shown.push({ from, to: "(other)", customers: parts.reduce((sum, each) => sum + each.customers, 0), parts });
  }
  return shown.filter((link) => link.customers > 0);
}

/** Both columns in the tree's order, (other) last. A node's number is its whole sum, what (other) holds of it included. */
function* sides(flow, drawn, links) {
  const order = new Map(flow.nodes.map((node, place) => [node.node_id, place]));
  for (const side of ["from", "to"]) {
    const sums = summed(links, side);
    if (side === "to") sums.set("(other)", summed(drawn, side).get("(other)"));
    for (const id of [...summed(drawn, side).keys()].sort((a, b) => (order.get(a) ?? 1e9) - (order.get(b) ?? 1e9))) {
      const name = id === "(other)" ? words.other : flow.label(id);
      yield { name: `${side} ${id}`, node: id, side, text: `${name}  ${id === "(other)" ? "" : (flow.least?.(id) ?? "")}${short(sums.get(id))}`, colour: id === "(other)" ? GREY : familyColour(flow.byId.get(id).family), depth: side === "from" ? 0 : 1 };
    }
  }
}

function summed(links, side) {
  const sums = new Map();
  for (const link of links) sums.set(link[side], (sums.get(link[side]) ?? 0) + link.customers);
  return sums;
}

/** Whether both ends are told; a branch's links that are not, of who moved and of who stayed, are together under (few). */
export const isListed = (link) => link.from !== "(few)" && link.to !== "(few)";

function style(flow, link) {
  if (link.from === link.to || !isListed(link)) return { color: GREY, opacity: 0.28, curveness: 0.5 };
  return { color: familyColour(flow.byId.get(link.from).family), opacity: 0.45, curveness: 0.5 };
}

function tip(flow, link) {
  const target = link.to === "(other)" ? `${words.other} (${words.kinds(link.parts.length)})` : link.from === link.to ? words.stay : flow.label(link.to);
  return `${escaped(flow.label(link.from))} → ${escaped(target)}<br><b>${full(link.customers)}</b> · ${flow.isPartial ? words.ofListed : words.of} ${percent(link.customers / flow.sums.from.get(link.from))}`;
}

const ruler = document.createElement("canvas").getContext("2d");

function width(text) {
  ruler.font = `${SIZE}px ${FONT}`;
  return ruler.measureText(text).width;
}
