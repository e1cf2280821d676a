// 规则参数: which values hold here, who set them, what is proposed; propose with a preview, decide, look back.
import { get, post } from "../api.js";
import { named, t, viewer } from "../context.js";
import { el, empty, fill, tabs } from "../dom.js";
import { confirm, form, toast } from "../feedback.js";
import { full, percent } from "../numbers.js";
import { bounds, LEVELS, reworded, unit, valued, valueInput } from "../parameters.js";
import { chosen, dayInput, options, orgPicker, remember, toolbar } from "../pickers.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "规则参数", asOf: "适用日期", known: "按当时所知（可选）", values: "现行值", waiting: "待审批", history: "变更历史", parameter: "参数", value: "值", bounds: "可设范围", origin: "来自", setBy: "最低可设层级", since: "生效日", by: "设置人", approved: "审批人", reason: "原因",
    edit: "修改", status: "状态", org: "机构", when: "提出时间", approve: "通过", reject: "驳回", takeBack: "撤回", begun: "最初", none: "没有待审批的变更", noneTodo: "在“现行值”中点“修改”即可提出。", noHistory: "该机构没有自己的变更记录", noHistoryTodo: "现行值沿用上级机构。",
    statuses: { approved: "已生效", proposed: "待审批", rejected: "已驳回" }, proposeTitle: "提出参数变更", from: "生效日期", why: "变更原因", whyHint: "一行说明；请勿填写客户信息", send: "提交审批", sent: "已提交，等待另一位用户审批", current: "现值", preview: "影响预览", previewing: "正在试算…",
    moves: (n, share) => `${n} 位客户（${share}）将改变客群`, nobody: "不会改变任何客户的客群", own: "本人提出，须由他人审批", sure: "通过后自生效日起按新值计算，此前已算的日期不变。", sureNo: "驳回后该变更不生效。", done: "已通过，自生效日起生效", undone: "已关闭", whyNot: "驳回原因", files: "规则文件" },
  en: { title: "Rule parameters", asOf: "On day", known: "As known at (optional)", values: "In force", waiting: "To approve", history: "History", parameter: "Parameter", value: "Value", bounds: "May be", origin: "From", setBy: "Set down to", since: "Since", by: "Set by", approved: "Approved by", reason: "Reason",
    edit: "Change", status: "Status", org: "Organisation", when: "Proposed at", approve: "Approve", reject: "Reject", takeBack: "Take back", begun: "the beginning", none: "Nothing waits for approval", noneTodo: "Propose a change with “Change” under “In force”.", noHistory: "This organisation has no changes of its own", noHistoryTodo: "Its values come from the organisation above.",
    statuses: { approved: "In force", proposed: "Waiting", rejected: "Rejected" }, proposeTitle: "Propose a change", from: "Effective from", why: "Reason", whyHint: "One line; no customer data", send: "Send for approval", sent: "Sent; another user has to approve it", current: "Now", preview: "What it would do", previewing: "Trying it…",
    moves: (n, share) => `${n} customers (${share}) would change segment`, nobody: "Nobody would change segment", own: "Your own: another user has to approve it", sure: "From its effective day on, days are computed with the new value. Days computed before stay as they are.", sureNo: "The change will not come into force.", done: "Approved; in force from its effective day", undone: "Closed", whyNot: "Reason", files: "rulebook files" },
});

export async function show(page) {
  const { days } = await options();
  const choice = chosen({ org: viewer.org_code, day: days.at(-1) ?? "", tab: "values" });
  const body = el("div", { class: "card pane", id: "rules" });
  const places = { values: el("div", { id: "values" }), waiting: el("div", { id: "waiting" }), history: el("div", { id: "history" }) };
  const again = () => { remember({ ...choice, propose: null }); load(); };
  const labels = { values: el("span", {}, words.values), waiting: el("span", {}, words.waiting), history: el("span", {}, words.history) };
  let rows = [];

  page.append(
    toolbar(words.title, await orgPicker(choice.org, (org) => { choice.org = org; again(); }),
      el("label", { class: "field" }, el("span", {}, words.asOf), dayInput("day", choice.day, (day) => { choice.day = day; again(); }, { required: true })),
      el("label", { class: "field" }, el("span", {}, words.known), dayInput("known_at", choice.known_at ?? "", (moment) => { choice.known_at = moment; again(); }, { time: true }))),
    body);
  body.append(tabs(Object.fromEntries(Object.keys(places).map((key) => [key, [labels[key], places[key]]])), choice.tab, (tab) => { choice.tab = tab; remember({ ...choice, propose: null }); }));
  await load();
  if (choice.propose) openForm(JSON.parse(choice.propose));

  function load() {
    return Promise.all([
      fill(places.values, async () => {
        rows = (await get("rules/current", { org: choice.org, day: choice.day, known_at: choice.known_at })).rows;
        return valuesTable(rows, (row) => openForm({ [row.parameter]: row.value }));
      }),
      fill(places.waiting, async () => {
        const waiting = await get("rules/waiting");
        labels.waiting.textContent = waiting.length ? `${words.waiting} (${waiting.length})` : words.waiting;
        return waiting.length ? waitingTable(waiting, decide) : empty(words.none, words.noneTodo);
      }),
      fill(places.history, async () => {
        const changes = await get("rules/history", { org: choice.org });
        return changes.length ? historyTable(changes) : empty(words.noHistory, words.noHistoryTodo);
      }),
    ]);
  }

  async function decide(change, verdict) {
    const why = el("input", { type: "text", style: { width: "100%" }, "aria-label": words.whyNot, placeholder: words.whyNot });
    const content = el("div", {}, el("p", {}, `${named(change, "org")} · ${named(change)} → ${valued(change)} · ${change.effective_from ?? words.begun}`), el("p", { class: "note" }, verdict === "approve" ? words.sure : words.sureNo), verdict === "reject" ? why : null);
    if (!(await confirm(verdict === "approve" ? words.approve : words.reject, content, { ok: verdict === "approve" ? words.approve : words.reject, danger: verdict === "reject" }))) return;
    try {
      await post(`rules/${verdict}`, { change_id: change.change_id, reason: why.value });
      toast(verdict === "approve" ? words.done : words.undone);
    } catch (error) {
      toast(error.message, "failed");
    }
    load();
  }

  function openForm(values) {
    const known = rows.filter((row) => row.may_set && row.parameter in values);
    if (!known.length) return;
    const wanted = Object.fromEntries(known.map((row) => [row.parameter, String(values[row.parameter])]));
    const preview = el("p", { class: "condition", id: "preview" }, "–");
    let timer;
    const look = () => { clearTimeout(timer); timer = setTimeout(() => previewed(preview, choice.org, days.at(-1), rows, wanted), 300); };
    const start = new Date(Date.parse(days.at(-1)) + 864e5).toISOString().slice(0, 10);
    form(words.proposeTitle, [
      ...known.map((row) => el("div", { class: "knob" }, el("div", {}, el("b", {}, named(row)), el("span", { class: "note" }, `${words.current} ${valued(row)} · ${bounds(row)}`)),
        el("div", { class: "inputs" }, valueInput(row, wanted[row.parameter], (value) => { wanted[row.parameter] = value; look(); }), el("span", { class: "quiet" }, unit(row))))),
      el("h3", {}, words.preview), preview,
      el("div", { class: "lines" },
        el("label", {}, el("span", {}, words.from), dayInput("from", start, null, { required: true })),
        el("label", {}, el("span", {}, words.why), el("input", { type: "text", name: "reason", required: true, maxlength: 500, placeholder: words.whyHint }))),
    ], async (data) => {
      await reword(rows, post("rules/propose", { org: choice.org, values: wanted, from: data.get("from"), reason: data.get("reason") }));
      toast(words.sent);
      load();
    }, { ok: words.send });
    look();
  }
}

async function reword(rows, asked) {
  try {
    return await asked;
  } catch (error) {
    error.message = reworded(error.message, rows);
    throw error;
  }
}

async function previewed(place, org, day, rows, wanted) {
  const changed = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => rows.find((row) => row.parameter === name).value !== value));
  if (!Object.keys(changed).length) return place.replaceChildren("–");
  place.replaceChildren(words.previewing);
  try {
    const { trials: [trial] } = await post("what-if/try", { org, day, trials: [{ name: words.preview, values: changed }] });
    place.replaceChildren(trial.moved ? words.moves(full(trial.moved), percent(trial.moved / trial.customers)) : words.nobody);
  } catch (error) {
    place.replaceChildren(el("span", { class: "reason" }, reworded(error.message, rows)));
  }
}

const maker = (user) => (user === "rulebook" ? el("span", { class: "quiet" }, words.files) : user);

const valuesTable = (rows, onedit) => table([
  { key: "name", label: words.parameter, format: (_, row) => el("b", {}, named(row)), sort: (row) => named(row) },
  { key: "value", label: words.value, align: "right", format: (_, row) => el("b", {}, valued(row)), sort: (row) => Number(row.value) },
  { key: "bounds", label: words.bounds, align: "right", format: (_, row) => el("span", { class: "quiet" }, bounds(row)), sort: (row) => Number(row.min) },
  { key: "owner", label: words.origin, format: (_, row) => el("span", { class: row.level === "hq" ? "quiet" : "tag" }, named(row, "owner")) },
  { key: "effective_from", label: words.since, format: (day) => day ?? words.begun },
  { key: "changed_by", label: words.by, format: maker },
  { key: "approved_by", label: words.approved },
  { key: "reason", label: words.reason, format: (text, row) => (row.changed_by === "rulebook" ? "–" : text) },
  { key: "set_by", label: words.setBy, format: (level) => LEVELS[level] },
  { key: "edit", label: "", format: (_, row) => (row.may_set ? el("button", { class: "button small", "aria-label": `${words.edit} ${named(row)}`, onclick: () => onedit(row) }, words.edit) : "") },
], rows);

const waitingTable = (rows, decide) => table([
  ...changeColumns,
  { key: "do", label: "", format: (_, row) => el("div", { style: { display: "flex", gap: "6px" } },
    row.may_decide ? [el("button", { class: "button small primary", onclick: () => decide(row, "approve") }, words.approve), el("button", { class: "button small", onclick: () => decide(row, "reject") }, words.reject)] : null,
    row.own ? [el("span", { class: "note" }, words.own), el("button", { class: "button small", onclick: () => decide(row, "reject") }, words.takeBack)] : null) },
], rows);

const changeColumns = [
  { key: "org", label: words.org, format: (_, row) => named(row, "org") },
  { key: "name", label: words.parameter, format: (_, row) => el("b", {}, named(row)) },
  { key: "value", label: words.value, align: "right", format: (_, row) => el("b", {}, valued(row)) },
  { key: "effective_from", label: words.since, format: (day) => day ?? words.begun },
  { key: "reason", label: words.reason, format: (text, row) => (row.changed_by === "rulebook" ? "–" : text) },
  { key: "changed_by", label: words.by, format: maker },
  { key: "proposed_at", label: words.when },
];

const historyTable = (rows) => table([
  ...changeColumns,
  { key: "approved_by", label: words.approved },
  { key: "status", label: words.status, format: (status) => words.statuses[status] },
], rows);
