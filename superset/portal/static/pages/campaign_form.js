// The form in which a campaign is planned: the keys of a file of rulebook/campaigns, checked by the same functions.
import { get, post } from "../api.js";
import { named, t } from "../context.js";
import { el } from "../dom.js";
import { form, toast } from "../feedback.js";
import { dayInput } from "../pickers.js";
import { METRICS } from "./campaign_numbers.js";

const words = t({
  zh: { fresh: "新建活动", edit: "修改活动", id: "编号", zh: "中文名", en: "英文名", set: "客群集", arms: "分组占比", armsHint: "treatment 0.9, control 0.1", first: "开始日", last: "结束日", budget: "预算（元）", channel: "渠道", any: "不限",
    rewards: "权益（每行：编码 金额元 每人上限）", cost: "每次触达成本（分）", margin: "毛利率", priority: "优先级", cap: "频次上限（30天内）", primary: "主要指标", metrics: "其他指标", guardrails: "护栏指标", segments: "到达客群（编号，逗号分隔）", mde: "最小可识别差异", save: "保存草稿", saved: "草稿已保存" },
  en: { fresh: "New campaign", edit: "Change the campaign", id: "Id", zh: "Chinese name", en: "English name", set: "Segment set", arms: "Shares of the arms", armsHint: "treatment 0.9, control 0.1", first: "First day", last: "Last day", budget: "Budget (yuan)", channel: "Channel", any: "Any",
    rewards: "Rewards (a line each: code, yuan, how often)", cost: "Cost of a contact (fen)", margin: "Margin", priority: "Priority", cap: "Frequency cap (30 days)", primary: "Primary metric", metrics: "Other metrics", guardrails: "Guardrails", segments: "Reached segments (codes, by commas)", mde: "Smallest effect worth finding", save: "Save the draft", saved: "The draft is saved" },
});
const TO = "to:";
const BLANK = { zh: "", arms: { treatment: 0.9, control: 0.1 }, window: {}, cost_fen_per_contact: 5, rewards: [],
  plan: { primary: "pay_rate", metrics: ["pay_rate", "pay_cnt", "pay_amt"], guardrails: ["complaint_rate", "unbind_rate"] } };

/** Opens the form on `plan`, or blank; `done(id)` after it is saved. */
export async function planForm(org, plan, done) {
  const choices = await get("campaigns/choices", { org });
  const before = plan ?? BLANK;
  const asked = before.plan ?? BLANK.plan;
  const line = (label, control) => el("label", {}, el("span", {}, label), control);
  const input = (name, value, more = {}) => el("input", { type: "text", name, value: value ?? "", ...more });
  const select = (name, options, value) => el("select", { name }, options.map(([each, text]) => el("option", { value: each, selected: each === value }, text)));
  const boxes = (name, chosen) => el("span", { class: "boxes" }, choices.metrics.map((each) => el("label", {}, el("input", { type: "checkbox", name, value: each, checked: chosen.includes(each) }), METRICS[each])));
  const content = el("div", { class: "lines" },
    line(words.id, input("campaign", before.campaign, { required: true, readonly: Boolean(plan), pattern: "[A-Za-z][A-Za-z0-9_\\-]{0,63}" })),
    line(words.zh, input("zh", before.zh, { required: true })), line(words.en, input("en", before.en)),
    line(words.set, select("set", choices.sets.map((each) => [each.set, named(each)]), before.audience?.set)),
    line(words.arms, input("arms", Object.entries(before.arms ?? {}).map(([arm, share]) => `${arm} ${share}`).join(", "), { required: true, placeholder: words.armsHint })),
    line(words.first, dayInput("from", before.window.from ?? "", null, { required: true })), line(words.last, dayInput("to", before.window.to ?? "", null, { required: true })),
    line(words.channel, select("channel", [["", words.any], ...choices.channels.map((each) => [each.channel, named(each)])], before.channel ?? "")),
    line(words.budget, input("budget", before.budget_fen === undefined ? "" : before.budget_fen / 100, { inputmode: "decimal" })),
    line(words.cost, input("cost", before.cost_fen_per_contact ?? 0, { inputmode: "numeric" })),
    line(words.rewards, el("textarea", { name: "rewards", rows: 2, value: (before.rewards ?? []).map((each) => `${each.code} ${each.amount_fen / 100} ${each.cap_per_customer}`).join("\n") })),
    line(words.margin, input("margin", before.margin_rate, { inputmode: "decimal" })),
    line(words.priority, input("priority", before.priority ?? 0, { inputmode: "numeric" })), line(words.cap, input("cap", before.frequency_cap, { inputmode: "numeric" })),
    line(words.primary, select("primary", choices.metrics.map((each) => [each, METRICS[each]]), asked.primary)),
    el("div", { class: "line" }, el("span", {}, words.metrics), boxes("metrics", asked.metrics ?? [])),
    line(words.segments, input("segments", (asked.metrics ?? []).filter((each) => each.startsWith(TO)).map((each) => each.slice(TO.length)).join(", "))),
    el("div", { class: "line" }, el("span", {}, words.guardrails), boxes("guardrails", asked.guardrails ?? [])),
    line(words.mde, input("mde", asked.mde, { inputmode: "decimal" })));
  form(plan ? `${words.edit} ${plan.campaign}` : words.fresh, content, async (data) => {
    const saved = await post("campaigns/save", { org, plan: written(data, before) });
    toast(words.saved);
    done(saved.campaign);
  }, { ok: words.save });
}

const number = (text) => (text.trim() === "" ? null : Number.isNaN(Number(text)) ? text : Number(text));
const fen = (text) => { const yuan = number(text); return typeof yuan === "number" ? Math.round(yuan * 100) : yuan; };
const listed = (text) => text.split(/[,，]/).map((each) => each.trim()).filter(Boolean);

/** The plan as a file would have it; what is no number goes as it was typed, and is refused by name. */
function written(data, before) {
  const text = (name) => data.get(name).trim();
  const plan = {
    ...before, campaign: text("campaign"), zh: text("zh"), en: text("en") || text("zh"), audience: { set: data.get("set") ?? "" },
    arms: Object.fromEntries(listed(text("arms")).map((each) => each.split(/[\s:：]+/)).map(([arm, share]) => [arm, number(share ?? "")])),
    window: { from: text("from"), to: text("to") }, budget_fen: fen(text("budget")), channel: data.get("channel") || null,
    cost_fen_per_contact: number(text("cost")), margin_rate: number(text("margin")), priority: number(text("priority")), frequency_cap: number(text("cap")),
    rewards: data.get("rewards").split("\n").map((each) => each.trim()).filter(Boolean).map((each) => each.split(/[\s,，]+/)).map(([code, yuan, times]) => ({ code, amount_fen: fen(yuan ?? ""), cap_per_customer: number(times ?? "1") })),
    plan: { ...before.plan, primary: data.get("primary"), metrics: [...data.getAll("metrics"), ...listed(text("segments")).map((each) => TO + each)], guardrails: data.getAll("guardrails"), mde: number(text("mde")) },
  };
  return plan;
}
