// 总览: how are we doing, since when, and which of the organisations below need a look? Figures above, the ranking below.
import { get } from "../api.js";
import { familyColour, PRIMARY } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { el, empty, fill } from "../dom.js";
import { direction, full, percent, short, signed } from "../numbers.js";
import { chosen, dayPicker, options, orgPicker, remember, segmented, toolbar } from "../pickers.js";
import { sparkline } from "../sparkline.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "总览", day: "日期", none: "该机构当日没有数据", todo: "请选择其他日期，或向数据团队确认当日是否已运行。", compare: "排名对比", before: (n) => (n === "1" ? "较前日" : `较${n}天前`), ago: (n) => `${n}天`,
    customers: "客户数", bound: "绑卡率", active: "活跃率", sliding: "滑落", asleep: "沉睡", lost: "流失", ofCustomers: "占全部客户", ofBound: "占已绑卡客户", shareOf: (share) => `占已绑卡客户 ${share}`, people: (n) => `${n}户`,
    below: { hq: "各一级分行排名", tier1: "各二级分行排名" }, org: "机构", change: (n) => (n === "1" ? "活跃率较前日" : `活跃率较${n}天前`), points: "百分点", line: "活跃率近14天", leaf: "该机构没有下级机构", leafTodo: "可在决策树中查看各客群。", tree: "打开决策树",
    best: "活跃率最高", worst: "活跃率最低", fallen: (n) => `${n === "1" ? "较前日" : `较${n}天前`}下降最多`, risen: (n) => `${n === "1" ? "较前日" : `较${n}天前`}上升最多`, rate: (name) => `${name}率`, hint: "点击一行，查看该机构当日的决策树。", small: "“–”：当日无数据，或人数过少不予显示。", few: "本机构客户较少：显示“–”的数字人数过少，或可用来推算出过少的人数，因此不予显示；总行可以看到。", allFew: "本机构及下级机构客户过少，当日数字均不显示", allFewTodo: "人数过少，或可用来推算出过少的人数。这是为了保护客户，不是出错；总行可以看到。" },
  en: { title: "Overview", day: "Day", none: "No data for this organisation on this day", todo: "Choose another day, or ask the data team whether the day has run.", compare: "Ranking against", before: (n) => (n === "1" ? "1 day" : `${n} days`), ago: (n) => `${n} d`,
    customers: "Customers", bound: "Bound share", active: "Active share", sliding: "Sliding", asleep: "Asleep", lost: "Lost", ofCustomers: "of all customers", ofBound: "of bound customers", shareOf: (share) => `${share} of bound customers`, people: (n) => n,
    below: { hq: "Tier-1 branches, ranked", tier1: "Tier-2 branches, ranked" }, org: "Organisation", change: (n) => `Active share over ${n} d`, points: "pp", line: "Active share, 14 days", leaf: "No organisation below this one", leafTodo: "Its segments are in the decision tree.", tree: "Open the decision tree",
    best: "Most active", worst: "Least active", fallen: (n) => `Fell most over ${n} d`, risen: (n) => `Rose most over ${n} d`, rate: (name) => `${name} share`, hint: "Click a row for that organisation's decision tree.", small: "“–”: no data for that day, or too few customers to be shown.", few: "This organisation has few customers: where “–” stands, there are too few to be shown, or the number would give a small one away. Head office sees them.", allFew: "This organisation and those below have too few customers for any number to be shown", allFewTodo: "Each would be of too few customers, or would give a small number away. That protects customers; nothing is wrong. Head office sees them." },
});
const BACK = ["1", "7", "30"];
const TILES = [
  { name: "customers", label: words.customers, format: short, whole: full },
  { name: "bound_share", label: words.bound, format: percent, count: "bound", of: words.ofCustomers, points: true },
  { name: "active_share", label: words.active, format: percent, count: "active", of: words.ofBound, points: true, family: "D" },
  { name: "sliding", label: words.sliding, format: short, whole: full, bad: true, family: "E" },
  { name: "asleep", label: words.asleep, format: short, whole: full, bad: true, family: "F" },
  { name: "lost", label: words.lost, format: short, whole: full, bad: true, family: "G" },
];

export async function show(page) {
  const { days } = await options();
  if (!days.length) return page.append(empty(words.none, words.todo), el("span"));
  const choice = chosen({ org: viewer.org_code, day: days.at(-1), compare: "" });
  const board = el("div", { class: "stack", id: "overview" });
  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; again(); }),
      await dayPicker(words.day, choice.day, (day) => { choice.day = day; again(); })),
    board);
  load();

  function load() {
    fill(board, async () => {
      const found = await get("overview/figures", { org: choice.org, day: choice.day });
      if (found.whole.now.customers === undefined) return empty(words.none, words.todo);
      if (isAllHidden(found)) return el("section", { class: "card", id: "few" }, empty(words.allFew, words.allFewTodo), el("p", { class: "middle" }, el("a", { href: toTree(choice.org, choice.day) }, words.tree)));
      return [el("div", { class: "tiles", id: "figures" }, TILES.map((tile) => drawn(tile, found))),
        TILES.some((tile) => found.whole.now[tile.name] === null) ? el("p", { class: "note", id: "few" }, words.few) : null, ranking(found)];
    });
  }

  function ranking(found) {
    const link = el("a", { href: toTree(choice.org, choice.day) }, words.tree);
    if (!found.below.length) return el("section", { class: "card" }, empty(words.leaf, words.leafTodo), el("p", { class: "middle" }, link));
    const held = BACK.filter((number) => found.whole.before[number].active_share !== undefined);
    const compared = held.includes(choice.compare) ? choice.compare : held.includes("7") ? "7" : held[0] ?? "1";
    const body = el("div", { class: "stack" });
    const draw = (number) => body.replaceChildren(...ranked(found, number, choice.day));
    draw(compared);
    return el("section", { class: "card", id: "ranking" },
      el("header", {}, el("h2", {}, words.below[found.whole.level]), el("div", { class: "tools" },
        held.length > 1 ? segmented(words.compare, held.map((number) => [number, words.before(number)]), compared, (number) => { choice.compare = number; remember(choice); draw(number); }) : null, link)),
      body);
  }
}

/** No figure to see here, and no customers to see below. */
const isAllHidden = ({ whole, below }) => whole.now.customers === null && TILES.every((tile) => !whole.now[tile.name]) && below.every(({ now }) => !now.customers);

const toTree = (org, day) => `/mofang/tree/?${new URLSearchParams({ org, day })}`;

/** A difference of shares in percentage points. */
const points = (value) => (value === null ? "–" : signed(Math.round(value * 1000) / 10, (size) => size.toFixed(1)));

const difference = (now, before) => (Number.isFinite(now) && Number.isFinite(before) ? now - before : null);

function drawn(tile, { whole }) {
  const now = whole.now[tile.name];
  const changes = BACK.map((number) => {
    const value = difference(now, whole.before[number][tile.name]);
    const way = value === null ? "flat" : direction(tile.points ? Math.round(value * 1000) : value);
    const good = tile.bad ? { up: "down", down: "up", flat: "flat" }[way] : way;
    return el("span", { title: words.before(number) }, el("small", {}, words.ago(number)), " ",
      el("b", { class: good }, tile.points ? `${points(value)}${value === null ? "" : words.points}` : signed(value)));
  });
  const share = !Number.isFinite(now) ? "" : tile.count ? words.people(short(whole.now[tile.count])) : tile.bad ? words.shareOf(percent(whole.now.bound ? now / whole.now.bound : null)) : "";
  return el("section", { class: "card tile", "data-figure": tile.name },
    el("div", { class: "figure" }, el("span", {}, tile.label, tile.of ? ` · ${tile.of}` : ""), el("b", { title: tile.whole?.(now) }, tile.format(now)), el("small", {}, share || "\u00a0")),
    sparkline(whole.line.map(([day, figures]) => [day, figures[tile.name]]), tile.format, { colour: tile.family ? familyColour(tile.family) : PRIMARY, width: 190, height: 30 }),
    el("div", { class: "changes" }, changes));
}

function ranked(found, number, day) {
  const rows = found.below.map((each) => {
    const { now } = each;
    const ofBound = (name) => (Number.isFinite(now[name]) && now.bound ? now[name] / now.bound : null);
    const line = each.line.map(([when, figures]) => [when, figures.active_share]);
    return { ...each, ...now, name: named(each), change: difference(now.active_share, each.before[number].active_share), line,
      sliding_share: ofBound("sliding"), asleep_share: ofBound("asleep"), lost_share: ofBound("lost") };
  });
  const share = (name, label) => ({ key: `${name}_share`, label, align: "right", format: percent, title: (row) => `${words.people(full(row[name]))} · ${words.ofBound}` });
  return [
    el("p", { class: "highlights" }, highlights(rows, number)),
    table([
      { key: "name", label: words.org },
      { key: "customers", label: words.customers, align: "right", format: short, title: (row) => full(row.customers) },
      { key: "bound_share", label: words.bound, align: "right", format: percent, title: (row) => words.people(full(row.bound)) },
      { key: "active_share", label: words.active, align: "right", format: (value) => el("b", {}, percent(value)), title: (row) => words.people(full(row.active)) },
      { key: "change", label: `${words.change(number)} (${words.points})`, align: "right", format: (value) => el("span", { class: value === null ? "flat" : direction(Math.round(value * 1000)) }, points(value)) },
      share("sliding", words.rate(words.sliding)), share("asleep", words.rate(words.asleep)), share("lost", words.rate(words.lost)),
      { key: "line", label: words.line, sort: (row) => { const known = row.line.filter(([, value]) => Number.isFinite(value)); return known.length ? known.at(-1)[1] - known[0][1] : null; },
        format: (line) => sparkline(line, percent, { colour: familyColour("D"), width: 110, height: 20 }) },
    ], rows, { sortBy: "active_share", onrow: (row) => location.assign(toTree(row.org_code, day)) }),
    el("p", { class: "note" }, `${words.hint} ${words.small}`),
  ];
}

/** Who stands out: the first and the last, and who fell and rose most. */
function highlights(rows, number) {
  const by = (key) => rows.filter((row) => Number.isFinite(row[key])).sort((a, b) => b[key] - a[key]);
  const active = by("active_share");
  const changed = by("change");
  const said = [];
  if (active.length > 1) said.push([words.best, active[0], percent(active[0].active_share)], [words.worst, active.at(-1), percent(active.at(-1).active_share)]);
  if (changed.length > 1 && changed[0].change > 0) said.push([words.risen(number), changed[0], points(changed[0].change) + words.points]);
  if (changed.length > 1 && changed.at(-1).change < 0) said.push([words.fallen(number), changed.at(-1), points(changed.at(-1).change) + words.points]);
  return said.map(([label, row, value]) => el("span", {}, `${label} `, el("b", {}, lang === "zh" ? `${row.name} ${value}` : `${row.name}, ${value}`)));
}
