// A table that sorts by a click on its heads. columns: {key, label, align, format(value, row), sort(row), title(row)}.
import { el } from "./dom.js";

/** `onrow(row)` makes rows clickable and reachable by keyboard; `chosen(row)` marks them. */
export function table(columns, rows, { sortBy = null, descending = true, onrow = null, chosen = () => false, caption = null, limit = 500 } = {}) {
  let order = { key: sortBy, descending };
  const body = el("tbody");
  const heads = columns.map((column) =>
    el("th", { scope: "col", class: column.align ?? "", "aria-sort": "none" },
      column.label === "" ? "" : el("button", { onclick: () => sort(column) }, column.label)));

  function sort(column) {
    order = { key: column.key, descending: order.key === column.key ? !order.descending : column.align === "right" };
    draw();
  }

  function draw() {
    const column = columns.find((each) => each.key === order.key);
    const value = column?.sort ?? ((row) => row[order.key]);
    const sorted = column ? [...rows].sort((a, b) => compare(value(a), value(b)) * (order.descending ? -1 : 1)) : rows;
    heads.forEach((head, place) => head.setAttribute("aria-sort",
      columns[place].key === order.key ? (order.descending ? "descending" : "ascending") : "none"));
    body.replaceChildren(...sorted.slice(0, limit).map(line));
  }

  function line(row) {
    const cells = columns.map((column) => {
      const shown = column.format ? column.format(row[column.key], row) : row[column.key];
      return el("td", { class: column.align ?? "", title: column.title?.(row) }, shown ?? "–");
    });
    if (!onrow) return el("tr", {}, cells);
    const act = () => { onrow(row); body.querySelectorAll(".chosen").forEach((each) => each.classList.remove("chosen")); made.classList.add("chosen"); };
    const made = el("tr", { tabindex: 0, class: chosen(row) ? "link chosen" : "link", onclick: act,
      onkeydown: (event) => event.key === "Enter" && act() }, cells);
    return made;
  }

  draw();
  return el("div", { class: "scroll" },
    el("table", {}, caption ? el("caption", {}, caption) : null, el("thead", {}, el("tr", {}, heads)), body));
}

function compare(a, b) {
  if (a === b) return 0;
  if (a === null || a === undefined) return -1;
  if (b === null || b === undefined) return 1;
  return typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "zh");
}
