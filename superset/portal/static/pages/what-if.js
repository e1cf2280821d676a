// 试算: what would other values do? Parameters on the left, the tree's counts and the migration on the right, trials side by side.
import { get, post } from "../api.js";
import { familyColour } from "../charts.js";
import { named, t, viewer } from "../context.js";
import { el, empty, fill } from "../dom.js";
import { counted, direction, full, percent, signed } from "../numbers.js";
import { bounds, LEVELS, reworded, valued, valueInput } from "../parameters.js";
import { chosen, dayPicker, options, orgPicker, remember, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "试算", day: "数据日期", parameters: "参数", trial: (n) => `试算${n}`, add: "＋ 再试一组", remove: "删除", reset: "全部还原", propose: "以此提出变更", now: "现值", counts: "各客群客户数", moves: "客户迁移",
    start: "拖动左侧参数，立即看到客户如何变化", startTodo: "试算不保存，也不影响任何人看到的数据。", moved: "客群改变", of: (share) => `占客户 ${share}`, segment: "客群", current: "现在", change: "变化", from: "从", to: "到", customers: "客户数",
    effects: "受影响的客群集与活动", touched: "对象", kinds: { set: "客群集", campaign: "营销活动", push: "推送" }, entering: "至多进入", leaving: "至多离开", nobody: "这组参数不会改变任何客户的客群", nobodyTodo: "换一个值，或加大变动。", none: "没有可设置的参数", noneTodo: (level) => `您的机构（${level}）不能设置参数，请联系上级行。`, nodata: "没有已计算的日期" },
  en: { title: "What-if", day: "Data of", parameters: "Parameters", trial: (n) => `Trial ${n}`, add: "+ Another trial", remove: "Remove", reset: "Reset all", propose: "Propose these values", now: "Now", counts: "Customers by segment", moves: "Who would move",
    start: "Move a parameter on the left to see at once what it does", startTodo: "Nothing is saved, and nobody else sees it.", moved: "Would change segment", of: (share) => `${share} of customers`, segment: "Segment", current: "Now", change: "Change", from: "From", to: "To", customers: "Customers",
    effects: "Segment sets and campaigns that it would touch", touched: "What", kinds: { set: "Segment set", campaign: "Campaign", push: "Push" }, entering: "Enter, at most", leaving: "Leave, at most", nobody: "These values would move nobody", nobodyTodo: "Try another value, or a larger change.", none: "There is no parameter to set", noneTodo: (level) => `Your organisation (${level}) may not set parameters; ask the one above.`, nodata: "No day is computed yet" },
});
const MOST = 4;
const PATIENCE = 350; // ms after the last movement

export async function show(page) {
  const { days, orgs } = await options();
  if (!days.length) return page.append(empty(words.nodata), el("span"));
  const choice = chosen({ org: viewer.org_code, day: days.at(-1) });
  const left = el("div", { class: "card pane", id: "parameters" });
  const right = el("div", { class: "card pane", id: "results", "aria-live": "polite" });
  let rows = [];
  let trials = [{ values: {} }];
  let active = 0;
  let timer;
  let turn = 0;

  const again = () => { remember(choice); trials = [{ values: {} }]; active = 0; load(); };
  page.append(
    toolbar(words.title, await orgPicker(choice.org, (org) => { choice.org = org; again(); }), await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); })),
    el("div", { class: "split reversed" }, left, right));
  load();

  function load() {
    right.replaceChildren(empty(words.start, words.startTodo));
    fill(left, async () => {
      rows = (await get("what-if/parameters", { org: choice.org, day: choice.day })).rows.filter((row) => row.may_set);
      const org = orgs.find((each) => each.org_code === choice.org);
      return rows.length ? form() : empty(words.none, words.noneTodo(LEVELS[org?.org_level]));
    });
  }

  function form() {
    const chips = el("div", { class: "segmented", role: "group", "aria-label": words.title }, trials.map((_, place) =>
      el("button", { type: "button", "aria-pressed": place === active, onclick: () => { active = place; redraw(); } }, words.trial(place + 1))));
    const tools = el("div", { style: { display: "flex", gap: "8px", "flex-wrap": "wrap", margin: "0 0 8px" } }, chips,
      trials.length < MOST ? el("button", { class: "button small", onclick: () => { trials.push({ values: { ...trials[active].values } }); active = trials.length - 1; redraw(); run(); } }, words.add) : null,
      trials.length > 1 ? el("button", { class: "button small", onclick: () => { trials.splice(active, 1); active = 0; redraw(); run(); } }, words.remove) : null,
      Object.keys(trials[active].values).length ? el("button", { class: "button small", onclick: () => { trials[active].values = {}; redraw(); run(); } }, words.reset) : null);
    return el("div", {}, tools, rows.map(line));
  }

  function redraw() { left.replaceChildren(form()); }

  function line(row) {
    const tried = trials[active].values[row.parameter];
    const made = el("div", { class: tried === undefined ? "knob" : "knob set" },
      el("div", {}, el("b", {}, named(row)), el("span", { class: "note" }, `${words.now} ${valued(row)} · ${bounds(row)}`)),
      el("div", { class: "inputs" }, valueInput(row, tried ?? row.value, (value) => {
        if (value === row.value) delete trials[active].values[row.parameter];
        else trials[active].values[row.parameter] = value;
        made.className = value === row.value ? "knob" : "knob set";
        clearTimeout(timer);
        timer = setTimeout(run, PATIENCE);
      })));
    return made;
  }

  function run() {
    const wanted = trials.map((trial, place) => ({ name: words.trial(place + 1), values: trial.values })).filter((trial) => Object.keys(trial.values).length);
    const mine = ++turn;
    if (!wanted.length) return right.replaceChildren(empty(words.start, words.startTodo));
    fill(right, async () => {
      const found = await post("what-if/try", { org: choice.org, day: choice.day, trials: wanted }).catch((error) => {
        error.message = reworded(error.message, rows);
        throw error;
      });
      return mine === turn ? results(found, wanted, choice) : [];
    });
  }
}

function results(found, wanted, choice) {
  const byId = new Map(found.nodes.map((node) => [node.node_id, node]));
  const heads = found.trials.map((trial, place) => el("div", { class: "card outcome" },
    el("h2", {}, trial.name),
    el("div", { class: "figure" }, el("span", {}, words.moved), el("b", { class: "moved" }, full(trial.moved), el("small", {}, ` ${words.of(percent(trial.moved / Math.max(trial.customers, 1)))}`))),
    el("a", { class: "button small primary", href: `/mofang/rules/?${new URLSearchParams({ org: choice.org, propose: JSON.stringify(wanted[place].values) })}` }, words.propose)));
  const parts = [el("div", { class: "outcomes" }, heads)];
  if (found.trials.every((trial) => !trial.moved)) return [...parts, empty(words.nobody, words.nobodyTodo)];
  if (found.effects.length) parts.push(el("h3", {}, words.effects), effectsTable(found.effects));
  return [...parts, el("h3", {}, words.counts), countsTable(found, byId), ...found.trials.flatMap((trial) => [el("h3", {}, `${words.moves} · ${trial.name}`), movesTable(trial, byId)])];
}

const effectsTable = (rows) => table([
  { key: "trial", label: words.title },
  { key: "id", label: words.touched, format: (id, row) => (row.kind === "set" ? words.kinds.set : `${words.kinds[row.kind] ?? row.kind} ${id}`) },
  { key: "segment_set", label: words.kinds.set, format: (id, row) => named(row, "set"), title: (row) => row.segment_set },
  { key: "customers_in", label: words.entering, align: "right", format: (value) => signed(value, full) },
  { key: "customers_out", label: words.leaving, align: "right", format: (value) => signed(-value, full) },
], rows, { sortBy: "customers_out" });

function countsTable(found, byId) {
  const rows = found.trials[0].leaves.map((leaf, place) => ({ id: leaf.segment, place, before: leaf.before, after: found.trials.map((trial) => trial.leaves[place].after) }));
  const touched = rows.filter((row) => row.after.some((after) => after !== row.before));
  return table([
    { key: "place", label: words.segment, format: (_, row) => badge(byId, row.id) },
    { key: "before", label: words.current, align: "right", format: (value) => counted(value, full) },
    ...found.trials.flatMap((trial, at) => [
      { key: `after${at}`, label: trial.name, align: "right", sort: (row) => row.after[at], format: (_, row) => el("b", {}, counted(row.after[at], full)) },
      { key: `change${at}`, label: words.change, align: "right", sort: (row) => row.after[at] - row.before, format: (_, row) => change(row.before, row.after[at]) },
    ]),
  ], touched, { sortBy: "place", descending: false });
}

function change(before, after) {
  if (before === null || after === null) return "–";
  return el("span", { class: direction(after - before) }, signed(after - before, full));
}

const movesTable = (trial, byId) => table([
  { key: "from", label: words.from, format: (id) => badge(byId, id) },
  { key: "to", label: words.to, format: (id) => badge(byId, id) },
  { key: "customers", label: words.customers, align: "right", format: (value) => el("b", {}, counted(value, full)) },
], trial.links, { sortBy: "customers", limit: 12 });

function badge(byId, id) {
  const node = byId.get(id);
  if (!node) return id;
  return el("span", { class: "badge" }, node.code ? el("span", { class: "pill", style: { background: familyColour(node.family) } }, node.code) : null, " ", named(node));
}
