// 数据质量: can I trust today's numbers? The days by state, what was refused, which checks failed, how fresh each table is.
import { get } from "../api.js";
import { checkName, finding } from "../checks.js";
import { named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { full } from "../numbers.js";
import { chosen, orgPicker, remember, select, toolbar } from "../pickers.js";
import { refusal } from "../refusals.js";
import { table } from "../table.js";

const words = t({
  zh: { title: "数据质量", window: "范围", days: (n) => `近${n}天`, strip: "每日状态", well: "一切正常", wellTodo: "所选范围内每天均已计算，没有拒收、隔离或未通过的检查。", wellBranch: "所选范围内每天均已计算，检查全部通过；被隔离的少数行由总行数据团队处理。", trouble: "需要关注",
    published: "最近发布", last: "最近到达", states: { computed: "已计算", late: "已计算，个别数据晚到未计入", landed: "已到达，待计算", stale: "数据晚到，待重算", blocked: "检查未通过，已拦截", missing: "未到达" }, late: "晚到未计入：个别数据在重算窗口之后才到，当日数字不再改变；到达之后的各日已完整计入，无需处理。",
    provinces: (n, all) => `${n}/${all} 家分行已计算`, behind: "涉及", andMore: (n) => `等 ${n} 家`, fresh: "各表新鲜度", table: "数据表", lastDay: "最近到达日", lag: "滞后", lagDays: (n) => (n ? `${n}天` : "无"), rowsIn: "当日入库行数", never: "从未到达", required: "必需",
    refused: "拒收文件与隔离行", day: "日期", what: "情况", count: "数量", state: "处理", open: "未处理", resent: "已重送", file: "文件拒收", row: "行隔离", blockedFile: "文件被控制总数拦截", files: (n) => `${full(n)} 个文件`, rows: (n) => `${full(n)} 行`,
    checks: "未通过的检查", check: "检查项", severity: "级别", critical: "严重", warning: "警告", failing: "不符行数", noChecks: "检查全部通过", noRefused: "没有拒收或隔离", branch: "数据按全行接收与检查：分行可见是否有问题，原因与数量由总行数据团队处理。", first: "首条原因", original: "原因",
    tables: { customer: "客户", account: "账户", agreement: "绑卡协议", payment: "支付流水", balance: "存款余额", holding: "总资产", inflow: "资金流入", campaign_contact: "活动触达", do_not_contact: "勿扰名单", push_receipt: "推送回执", reward_grant: "权益发放", reward_statement: "权益对账单", reward_ledger: "权益账务", customer_wide: "客户宽表", segment_node: "决策树", segment_membership: "客群归属", segment_profile_daily: "客群画像", segment_distribution_daily: "客群分布", segment_transition_daily: "客群流转", segment_edge_daily: "临界客户", segment_set_member: "客群集成员", segment_set_size_daily: "客群集规模", day_status: "每日状态", landing_file: "到达文件", quarantine: "隔离行", push_manifest: "推送清单", push_leaver: "推送离开", campaign_audience: "活动名单", campaign_effect: "活动效果", campaign_break: "对账差异", campaign_reconciliation: "活动对账" } },
  en: { title: "Data quality", window: "Window", days: (n) => `${n} days`, strip: "Days by state", well: "All is well", wellTodo: "Every day of the window is computed; nothing was refused and no check failed.", wellBranch: "Every day of the window is computed and every check passed; head office's data team sees to the few rows that were refused.", trouble: "Needs a look",
    published: "Last published", last: "Last landed", states: { computed: "Computed", late: "Computed, without rows that came too late", landed: "Landed, not computed", stale: "Late rows, to be restated", blocked: "Stopped by a check", missing: "Not landed" }, late: "Rows that came after the restatement window: the figures of that day stay as they were, every day since they came counts them. Nothing to do.",
    provinces: (n, all) => `${n} of ${all} branches computed`, behind: "Concerns", andMore: (n) => `and others, ${n} in all`, fresh: "Freshness", table: "Table", lastDay: "Last landed", lag: "Behind", lagDays: (n) => (n ? `${n} d` : "no"), rowsIn: "Rows that day", never: "never", required: "required",
    refused: "Refused files and rows", day: "Day", what: "What", count: "How many", state: "State", open: "Open", resent: "Sent again", file: "File refused", row: "Rows refused", blockedFile: "File stopped by its control totals", files: (n) => `${full(n)} file${n > 1 ? "s" : ""}`, rows: (n) => `${full(n)} row${n > 1 ? "s" : ""}`,
    checks: "Failed checks", check: "Check", severity: "Severity", critical: "Critical", warning: "Warning", failing: "Failing rows", noChecks: "Every check passed", noRefused: "Nothing was refused", branch: "Data is received and checked for the whole bank: a branch sees whether there is a problem; head office's data team has reasons and counts.", first: "First reason", original: "Reason",
    tables: {} },
});
const WINDOWS = [14, 35, 90];
const STATES = ["computed", "late", "landed", "stale", "blocked", "missing"];
const NAMED = 5; // branches named in a day's title

export async function show(page) {
  const choice = chosen({ org: viewer.org_code, days: 35 });
  const board = el("div", { class: "stack", id: "quality" });
  const again = () => { remember(choice); load(); };
  page.append(
    toolbar(words.title,
      await orgPicker(choice.org, (org) => { choice.org = org; again(); }),
      select(words.window, WINDOWS.map((days) => [days, words.days(days)]), choice.days, (days) => { choice.days = days; again(); })),
    board);
  load();

  function load() {
    fill(board, async () => {
      const found = await get("quality/state", { org: choice.org, days: choice.days });
      return [
        verdict(found),
        card(words.strip, [strip(found.days), found.days.some((day) => day.state === "late") && el("p", { class: "note" }, words.late)], { tools: legend(found.days), id: "strip" }),
        el("div", { class: "split" },
          el("div", { class: "stack" }, card(words.checks, checksOf(found), { id: "checks" }), card(words.refused, refusedOf(found), { id: "refused" })),
          card(words.fresh, fresh(found), { id: "fresh" })),
        found.sees_all ? null : el("p", { class: "note" }, words.branch),
      ];
    });
  }
}

const tableName = (name) => words.tables[name] ?? name.replaceAll("_", " ");

/** Good or not, in one line, with the two days that a manager asks for. */
function verdict(found) {
  const refused = found.sees_all ? [...found.files, ...found.rows] : found.files; // rows are not a branch's to mend
  const well = found.rows.some((row) => row.is_open) ? words.wellBranch : words.wellTodo;
  const open = [
    [words.checks, found.checks.length],
    [words.refused, refused.filter((row) => row.is_open).length],
    ...["blocked", "stale", "landed", "missing"].map((state) => [words.states[state], found.days.filter((day) => day.state === state).length]),
  ].filter(([, count]) => count);
  const figure = (label, value) => el("div", { class: "figure" }, el("span", {}, label), el("b", {}, value));
  return el("section", { class: `card verdict ${open.length ? "bad" : "good"}`, id: "verdict" },
    el("div", { class: "figure" }, el("b", { class: open.length ? "down" : "up" }, open.length ? words.trouble : words.well),
      el("span", {}, open.length ? open.map(([label, count]) => `${label} ${count}`).join(" · ") : well)),
    el("div", { class: "figures" }, figure(words.published, found.published), figure(words.last, found.last)));
}

const legend = (days) => STATES.filter((state) => days.some((day) => day.state === state)).map((state) =>
  el("span", { class: "key" }, el("i", { class: `day ${state}` }), `${words.states[state]} ${days.filter((day) => day.state === state).length}`));

/** Weeks as columns, from Monday to Sunday; narrow windows in one row. */
function strip(days) {
  return el("ol", { class: "strip" }, days.map((day) => {
    const behind = named(day, "behind");
    const names = behind.length ? `${words.behind} ${behind.slice(0, NAMED).join(", ")}${behind.length > NAMED ? ` ${words.andMore(behind.length)}` : ""}` : "";
    const title = [day.day, words.states[day.state], day.provinces > 1 ? words.provinces(day.computed, day.provinces) : "", names].filter(Boolean).join(" · ");
    return el("li", { class: `day ${day.state}`, title, tabindex: 0, "aria-label": title }, el("span", { "aria-hidden": "true" }, day.day.slice(8)), el("small", { "aria-hidden": "true" }, day.day.slice(5, 7)));
  }));
}

function checksOf({ checks, sees_all }) {
  if (!checks.length) return empty(words.noChecks);
  return table([
    { key: "day", label: words.day },
    { key: "severity", label: words.severity, format: (value) => el("b", { class: value === "critical" ? "down" : "flat" }, words[value]) },
    { key: "table", label: words.table, format: tableName },
    { key: "check", label: words.check, format: (name) => el("span", { class: "long", title: name }, checkName(name)) },
    ...(sees_all ? [
      { key: "failing_rows", label: words.failing, align: "right", format: full },
      { key: "reason", label: words.first, format: (reason) => el("span", { class: "long" }, finding(reason)), title: (row) => finding(row.reason) },
    ] : []),
  ], checks, { sortBy: "day" });
}

function refusedOf({ files, rows, sees_all }) {
  const all = [
    ...files.map((row) => ({ ...row, what: row.status === "blocked" ? words.blockedFile : words.file, count: row.files, counted: row.files === null ? null : words.files(row.files) })),
    ...rows.map((row) => ({ ...row, what: words.row, count: row.rows, counted: row.rows === null ? null : words.rows(row.rows) })),
  ];
  if (!all.length) return empty(words.noRefused);
  return table([
    { key: "day", label: words.day },
    { key: "table", label: words.table, format: tableName },
    { key: "what", label: words.what },
    ...(sees_all ? [
      { key: "count", label: words.count, align: "right", format: (_, row) => row.counted },
      { key: "reason", label: words.original, format: (reason, row) => el("span", { class: "long" }, row.column ? el("code", {}, row.column) : null, row.column ? " " : "", refusal(reason)), title: (row) => refusal(row.reason) },
    ] : []),
    { key: "is_open", label: words.state, format: (open) => el("b", { class: open ? "down" : "up" }, open ? words.open : words.resent) },
  ], all, { sortBy: "day" });
}

const fresh = ({ tables, sees_all }) => table([
  { key: "table", label: words.table, format: (name, row) => el("span", {}, tableName(name), row.is_required ? el("small", { class: "quiet" }, ` ${words.required}`) : null) },
  { key: "last_day", label: words.lastDay, format: (day) => day ?? el("span", { class: "quiet" }, words.never) },
  { key: "days_behind", label: words.lag, align: "right", format: (days, row) => (days === null ? "–" : el("span", { class: days && row.is_required ? "down" : "" }, words.lagDays(days))) },
  ...(sees_all ? [{ key: "rows", label: words.rowsIn, align: "right", format: full }] : []),
], tables);
