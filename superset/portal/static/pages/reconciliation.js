// 活动对账: what the three sides say of each reward, what does not agree and how old it is; who sees to it, and how it ended.
import { get, post } from "../api.js";
import { chart, escaped, GRID, PRIMARY, QUIET, TOOLTIP } from "../charts.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { confirm, form, toast } from "../feedback.js";
import { full, money, signed } from "../numbers.js";
import { chosen, orgPicker, remember, segmented, select, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "活动对账", day: "截至", campaign: "活动", all: "全部活动", any: "全部差异", none: "尚未对账", nobody: "没有需要对账的活动", elsewhere: "此处只列本机构及下级的活动；总行活动由总行对账。", wait: "夜间运行完成首次对账后即可查看。",
    items: "核对项", agreed: "一致率", breaks: "差异", stake: "差异金额", open: "未处理", classes: "分类", ages: "差异账龄", list: "差异清单",
    class: "类别", count: "项数", grant: "发放", statement: "对账单", ledger: "账务", rows: "笔", within: (n) => (n > 30 ? "30天以上" : `${n}天内`),
    item: "编号", difference: "差额", age: "账龄", days: (n) => `${n}天`, owner: "负责人", resolution: "处理结果", note: "备注", show: "显示", everything: "全部", nothing: "没有差异", clean: "所选范围内三方一致。",
    more: (shown, total) => `显示前 ${full(shown)} 项，共 ${full(total)} 项`, decide: "处理差异", save: "保存", unset: "未处理", old: "只能处理最近一次对账的差异", saved: "已记录",
    sure: "确认该处理结果？", closes: (money) => `涉及金额 ${money}，将记入操作日志。`, matches: "建议匹配", matchNote: "同一客户、同一奖励的多笔金额合计一致；确认后按一项核对。", confirmed: "已确认", confirm: "确认匹配", withdraw: "撤回", done: "已记录，下次对账生效", shape: "形式", grants: "发放编号", statements: "对账单编号", entries: "账务编号", amount: "金额" },
  en: { title: "Reconciliation", day: "As of", campaign: "Campaign", all: "All campaigns", any: "All breaks", none: "Nothing is reconciled yet", nobody: "No campaign to reconcile", elsewhere: "Campaigns of this organisation and below are listed here; those of head office are reconciled there.", wait: "Come back after the first night that reconciles.",
    items: "Items", agreed: "Agreed", breaks: "Breaks", stake: "At stake", open: "Open", classes: "Classes", ages: "Age of the breaks", list: "Breaks",
    class: "Class", count: "Items", grant: "Granted", statement: "Stated", ledger: "Posted", rows: "rows", within: (n) => (n > 30 ? "over 30 days" : `up to ${n} days`),
    item: "Item", difference: "Difference", age: "Age", days: (n) => `${n} d`, owner: "Owner", resolution: "Resolution", note: "Note", show: "Show", everything: "All", nothing: "No breaks", clean: "All sides agree in this selection.",
    more: (shown, total) => `The first ${full(shown)} of ${full(total)}`, decide: "Decide a break", save: "Save", unset: "Open", old: "Only breaks of the latest day can be decided", saved: "Recorded",
    sure: "Close it with this resolution?", closes: (money) => `${money} are at stake; this goes to the log.`, matches: "Suggested matches", matchNote: "Rows of one customer and reward whose sums agree; once confirmed they are one item.", confirmed: "Confirmed", confirm: "Confirm", withdraw: "Withdraw", done: "Recorded; counted by the next reconciliation", shape: "Form", grants: "Grants", statements: "Statement rows", entries: "Postings", amount: "Amount" },
});
const AGES = [3, 7, 30, 31];
const SHADES = ["#B9D4EA", "#6FA8D3", "#2F77B0", "#12304D"];
const CLOSING = ["accepted", "written_off"];

export async function show(page) {
  const choice = chosen({ org: viewer.org_code, day: "", campaign: "", class: "", show: "open" });
  const board = el("div", { class: "stack", id: "reconciliation" });
  const bar = el("div", {});
  const picker = await orgPicker(choice.org, (org) => { choice.org = org; choice.campaign = ""; again(); });
  page.append(bar, board);
  const again = () => { remember(choice); load(); };
  load();

  function load() {
    fill(board, async () => {
      const found = await get("reconciliation/overview", { org: choice.org, day: choice.day, campaign: choice.campaign });
      bar.replaceChildren(head(found));
      if (!found.day) return empty(words.none, words.wait);
      if (!found.campaigns.length) return empty(words.nobody, words.elsewhere);
      const list = el("section", { class: "card", id: "breaks" });
      listBreaks(list, found);
      return [
        el("div", { class: "split" },
          card(words.classes, classes(found, (name) => { choice.class = name; remember(choice); listBreaks(list, found); })),
          card(words.ages, aged(found))),
        list, ...matches(found),
      ];
    });
  }

  function head(found) {
    if (!found.day || !found.campaigns.length) return toolbar(words.title, picker);
    return toolbar(words.title, picker,
      select(words.campaign, [["", words.all], ...found.campaigns.map((each) => [each.campaign, named(each) ?? each.campaign])], choice.campaign, (value) => { choice.campaign = value; again(); }),
      select(words.day, found.days.map((day) => [day, day]), found.day, (value) => { choice.day = value; again(); }),
      figures(found));
  }

  function listBreaks(place, found) {
    const names = Object.fromEntries(found.classes.map((each) => [each.name, each[lang]]));
    const endings = Object.fromEntries(found.resolutions.map((each) => [each.name, each[lang]]));
    const campaigns = Object.fromEntries(found.campaigns.map((each) => [each.campaign, named(each) ?? each.campaign]));
    const isLatest = found.day === found.days[0];
    const body = el("div", {});
    const draw = () => fill(body, async () => {
      const { breaks, total } = await get("reconciliation/breaks", { org: choice.org, day: found.day, campaign: choice.campaign, class: choice.class, open: choice.show === "open" ? "1" : "" });
      if (!breaks.length) return empty(words.nothing, words.clean);
      return [
        table([
          { key: "age_days", label: words.age, align: "right", format: words.days },
          { key: "class", label: words.class, format: (name) => names[name] },
          { key: "campaign", label: words.campaign, format: (name) => campaigns[name] ?? name, title: (row) => row.campaign },
          { key: "item_id", label: words.item, title: (row) => [row.grant_id, row.statement_id, row.entry_id].filter(Boolean).join(" · ") },
          { key: "grant_fen", label: words.grant, align: "right", format: money },
          { key: "statement_fen", label: words.statement, align: "right", format: money },
          { key: "ledger_fen", label: words.ledger, align: "right", format: money },
          { key: "difference_fen", label: words.difference, align: "right", format: (fen) => signed(fen, money) },
          { key: "owner", label: words.owner },
          { key: "resolution", label: words.resolution, format: (name) => endings[name] ?? words.unset },
          { key: "note", label: words.note },
        ], breaks, { sortBy: "age_days", caption: breaks.length < total ? words.more(breaks.length, total) : null, onrow: (row) => (isLatest ? decide(row, found, names, draw) : toast(words.old, "note")) }),
      ];
    });
    place.replaceChildren(
      el("header", {}, el("h2", {}, words.list), el("div", { class: "tools" },
        select(words.class, [["", words.any], ...found.classes.filter((each) => each.is_break).map((each) => [each.name, each[lang]])], choice.class, (value) => { choice.class = value; remember(choice); draw(); }),
        segmented(words.show, [["open", words.open], ["all", words.everything]], choice.show, (value) => { choice.show = value; remember(choice); draw(); }))),
      body);
    draw();
  }

  function decide(row, found, names, draw) {
    const field = (label, control) => el("label", { class: "field" }, el("span", {}, label), control);
    form(`${words.decide} · ${row.item_id}`,
      el("div", { class: "stack" },
        el("p", {}, `${names[row.class]} · ${row.campaign} · ${words.difference} ${signed(row.difference_fen, money)} · ${words.days(row.age_days)}`),
        field(words.resolution, el("select", { name: "resolution" },
          [["open", words.unset], ...found.resolutions.map((each) => [each.name, each[lang]])].map(([value, label]) => el("option", { value, selected: value === (row.resolution ?? "open") }, label)))),
        field(words.owner, el("input", { name: "owner", value: row.owner ?? viewer.user, maxlength: 60 })),
        field(words.note, el("textarea", { name: "note", rows: 3, cols: 50, maxlength: 500, value: row.note ?? "" }))),
      async (said) => {
        const resolution = said.get("resolution");
        if (CLOSING.includes(resolution) && !(await confirm(words.sure, words.closes(money(Math.abs(row.difference_fen)))))) return;
        await post("reconciliation/decide", { org: choice.org, campaign: row.campaign, item_id: row.item_id, resolution, owner: said.get("owner"), note: said.get("note") });
        toast(words.saved);
        draw();
      }, { ok: words.save });
  }

  function matches(found) {
    const held = new Set(found.confirmed.map((each) => `${each.campaign} ${each.match_id}`));
    const suggested = found.matches.filter((each) => !held.has(`${each.campaign} ${each.match_id}`));
    const rows = [...suggested.map((each) => ({ ...each, held: false })), ...found.confirmed.map((each) => ({ ...each, held: true, shape: (each.entries.length ? each.statements : each.grants).length > 1 ? "N-1" : "1-N" }))];
    if (!rows.length) return [];
    const act = async (row) => {
      if (!(await confirm(row.held ? words.withdraw : words.confirm, [row.grants, row.statements, row.entries].filter((ids) => ids.length).map((ids) => ids.join(", ")).join(" ↔ ")))) return;
      try {
        await post(`reconciliation/${row.held ? "withdraw" : "confirm"}`, { org: choice.org, campaign: row.campaign, match_id: row.match_id });
        toast(words.done);
        load();
      } catch (error) {
        toast(error.message, "failed");
      }
    };
    return [card(words.matches, [
      el("p", { class: "note" }, words.matchNote),
      table([
        { key: "campaign", label: words.campaign },
        { key: "shape", label: words.shape },
        { key: "grants", label: words.grants, format: (ids) => ids.join(", ") },
        { key: "statements", label: words.statements, format: (ids) => ids.join(", ") },
        { key: "entries", label: words.entries, format: (ids) => ids.join(", ") || "–" },
        { key: "amount_fen", label: words.amount, align: "right", format: money },
        { key: "held", label: "", format: (held, row) => el("button", { class: "button small", onclick: () => act(row) }, held ? words.withdraw : words.confirm) },
      ], rows),
    ], { id: "matches" })];
  }
}

function figures({ sums, ages }) {
  const add = (rows, key) => rows.reduce((all, row) => all + row[key], 0);
  const items = add(sums, "items");
  const broken = add(ages, "items");
  const figure = (label, value, note) => el("div", { class: "figure" }, el("span", {}, label), el("b", {}, value, note ? el("small", {}, ` ${note}`) : null));
  return el("div", { class: "figures push", id: "figures" },
    figure(words.items, full(items)), figure(words.agreed, items ? `${((1 - broken / items) * 100).toFixed(2)}%` : "–"),
    figure(words.breaks, full(broken)), figure(words.stake, money(add(ages, "difference_fen"))));
}

/** Every class with its items and what each side says; a click on a break lists it. */
function classes({ sums, classes: known }, pick) {
  const keys = ["items", "grant_fen", "statement_fen", "ledger_fen", "grant_rows", "statement_rows", "ledger_rows"];
  const rows = known.map((each, place) => ({ ...each, place, label: each[lang],
    ...Object.fromEntries(keys.map((key) => [key, sums.filter((row) => row.class === each.name).reduce((all, row) => all + row[key], 0)])) }));
  const side = (key, label) => ({ key: `${key}_fen`, label, align: "right", format: money, title: (row) => `${full(row[`${key}_rows`])} ${words.rows}` });
  return table([
    { key: "label", label: words.class, sort: (row) => row.place, format: (label, row) => (row.is_break ? label : el("span", { class: "quiet" }, label)) },
    { key: "items", label: words.count, align: "right", format: full },
    side("grant", words.grant), side("statement", words.statement), side("ledger", words.ledger),
  ], rows, { onrow: (row) => pick(row.is_break ? row.name : "") });
}

/** How many breaks of each class are how old. */
function aged({ ages, classes: known }) {
  const broken = known.filter((each) => ages.some((row) => row.class === each.name));
  if (!broken.length) return empty(words.nothing, words.clean);
  const place = el("div", { class: "chart", id: "ages", style: { height: `${74 + broken.length * 34}px` } });
  const count = (name, age) => ages.find((row) => row.class === name && row.up_to === age)?.items ?? 0;
  requestAnimationFrame(() => chart(place, {
    color: SHADES,
    legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: QUIET, fontSize: 11 } },
    grid: { left: 4, right: 24, top: 48, bottom: 4, containLabel: true }, // the legend may take two lines
    tooltip: { ...TOOLTIP, trigger: "axis", axisPointer: { type: "shadow" }, formatter: (points) => `${escaped(points[0].name)}<br>${points.filter((each) => each.value).map((each) => `${each.marker}${escaped(each.seriesName)} <b>${full(each.value)}</b>`).join("<br>")}` },
    xAxis: { type: "value", minInterval: 1, splitLine: { lineStyle: { color: GRID } }, axisLabel: { color: QUIET, fontSize: 11 } },
    yAxis: { type: "category", inverse: true, data: broken.map((each) => each[lang]), axisTick: { show: false }, axisLine: { lineStyle: { color: GRID } }, axisLabel: { color: QUIET, fontSize: 11, width: 130, overflow: "break" } },
    series: AGES.map((age) => ({ name: words.within(age), type: "bar", stack: "age", barMaxWidth: 18, emphasis: { itemStyle: { color: PRIMARY } }, data: broken.map((each) => count(each.name, age)) })),
  }));
  return place;
}
