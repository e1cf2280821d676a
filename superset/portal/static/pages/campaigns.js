// 营销活动: the list; one campaign with its plan, its steps, and what came of it.
import { get, post } from "../api.js";
import { lang, named, t, viewer } from "../context.js";
import { card, el, empty, fill } from "../dom.js";
import { confirm, toast } from "../feedback.js";
import { full, money } from "../numbers.js";
import { chosen, options, orgNames, orgPicker, remember, toolbar } from "../pickers.js";
import { table } from "../table.js";
import { planForm } from "./campaign_form.js";
import { distance, metric, value, VERDICTS } from "./campaign_numbers.js";
import { effectCard, funnelCard, moneyCard, moveCards, spillCards, togetherCard } from "./campaign_results.js";

const words = t({
  zh: { title: "营销活动", fresh: "新建活动", none: "还没有活动", wait: "此处只列本机构及下级的活动。点击“新建活动”制定第一个。", list: "活动清单", name: "活动", state: "状态", window: "活动期", audience: "名单人数", effect: "主要指标", verdict: "结论", org: "机构", waiting: "待审批",
    need: "样本量", candidates: (n) => `候选客户 ${n}`, needed: (a, b) => `需要触达组 ${a}、对照组 ${b}`, detectable: (text) => `可识别差异 ${text}`, enough: "样本充足", few: "样本不足", unset: "方案未填最小可识别差异或无对照组", changed: "冻结后方案有改动，以冻结时的为准",
    edit: "修改", submit: "提交审批", discard: "删除草稿", approved: "审批通过", frozen: "冻结名单与方案", draft: "退回草稿", closed: "关闭活动", push: "推送名单", report: "下载报告", done: "已记录", pushed: (n) => `已送达 ${n} 位客户`,
    sure: { submit: "提交后由其他用户审批。", discard: "删除后编号可再次使用，操作日志保留。", approved: "审批通过该活动方案？", frozen: "冻结后名单、分组与方案不可更改。", draft: "退回草稿后须重新审批。", closed: "关闭后不再评估，其客群集可删除。", push: "将触达组名单送到渠道；计入频次与预算。" },
    maker: "制单", submitter: "提交", approver: "审批", set: "客群集", channel: "渠道", rewards: "权益", priority: "优先级", arms: { treatment: "触达组", control: "对照组" }, leftOut: "未进入名单", reasons: { global_control: "全局对照组", frequency_cap: "频次上限", higher_priority: "更高优先级活动", unknown_customer: "未知客户" } },
  en: { title: "Campaigns", fresh: "New campaign", none: "There is no campaign yet", wait: "Campaigns of this organisation and below are listed here. Plan the first with “New campaign”.", list: "Campaigns", name: "Campaign", state: "State", window: "Window", audience: "Audience", effect: "Primary metric", verdict: "Verdict", org: "Organisation", waiting: "waits for approval",
    need: "Sample size", candidates: (n) => `${n} candidates`, needed: (a, b) => `needed: ${a} treated, ${b} control`, detectable: (text) => `can find ${text}`, enough: "enough", few: "not enough", unset: "the plan has no mde or no control arm", changed: "The plan was changed after freezing; the frozen one holds",
    edit: "Change", submit: "Hand in", discard: "Delete the draft", approved: "Approve", frozen: "Freeze audience and plan", draft: "Back to draft", closed: "Close", push: "Push the list", report: "Report", done: "Recorded", pushed: (n) => `Handed over ${n} customers`,
    sure: { submit: "Another user approves it then.", discard: "Its id is free again; the log keeps what was done.", approved: "Approve the plan of this campaign?", frozen: "Audience, arms and plan cannot be changed afterwards.", draft: "It has to be approved again then.", closed: "It is not evaluated any more, and its set may be deleted.", push: "Hands the treated customers to the channel; counts for caps and budget." },
    maker: "made by", submitter: "handed in by", approver: "approved by", set: "set", channel: "channel", rewards: "rewards", priority: "priority", arms: { treatment: "treated", control: "control" }, leftOut: "left out", reasons: { global_control: "global control group", frequency_cap: "frequency cap", higher_priority: "campaign goes first", unknown_customer: "unknown customer" } },
});
const PATHS = { submit: "campaigns/submit", discard: "campaigns/discard", approved: "campaigns/approve" };

export async function show(page) {
  const choice = chosen({ org: viewer.org_code, campaign: "" });
  const listed = el("div", {});
  const detail = el("div", { class: "stack", id: "campaign" });
  const together = el("div", {});
  const fresh = el("button", { class: "button primary push", id: "new-campaign", hidden: true, onclick: () => plan(null) }, words.fresh);
  const picker = await orgPicker(choice.org, (org) => { choice.org = org; choice.campaign = ""; remember(choice); load(); });
  page.append(toolbar(words.title, picker, fresh), el("div", { class: "stack pane", id: "campaigns" }, listed, detail, together));
  const orgName = await orgNames();
  let states = {};
  load();

  function load() {
    fill(listed, async () => {
      const found = await get("campaigns/list", { org: choice.org });
      fresh.hidden = !found.may_plan;
      states = Object.fromEntries(found.states.map((each) => [each.name, each[lang]]));
      if (!found.campaigns.some((each) => each.campaign === choice.campaign)) choice.campaign = found.campaigns.at(-1)?.campaign ?? "";
      if (!found.campaigns.length) { detail.replaceChildren(); return empty(words.none, words.wait); }
      open();
      return card(words.list, campaignTable(found.campaigns));
    });
    fill(together, async () => togetherCard((await get("campaigns/together", { org: choice.org })).rows));
  }

  const campaignTable = (campaigns) => table([
    { key: "campaign", label: words.name, format: (id, row) => named(row), title: (row) => row.campaign },
    { key: "org_code", label: words.org, format: orgName },
    { key: "state", label: words.state, format: (state, row) => [states[state], state === "draft" && row.submitter ? el("span", { class: "tag" }, words.waiting) : ""] },
    { key: "from_day", label: words.window, format: (first, row) => `${first} – ${row.to_day}` },
    { key: "customers", label: words.audience, align: "right", format: full },
    { key: "effect", label: words.effect, align: "right", sort: (row) => row.effect?.effect ?? null, format: (effect) => (effect ? `${metric(effect.metric)} ${value(effect.metric, effect.effect, true)}` : null) },
    { key: "verdict", label: words.verdict, sort: (row) => row.effect?.verdict ?? null, format: (_, row) => (row.effect ? VERDICTS[row.effect.verdict] : null) },
  ], campaigns, { sortBy: "from_day", onrow: (row) => { choice.campaign = row.campaign; remember(choice); open(); }, chosen: (row) => row.campaign === choice.campaign });

  function open() {
    fill(detail, async () => {
      const found = await get("campaigns/one", { org: choice.org, campaign: choice.campaign });
      return [
        card(`${named(found)} · ${states[found.state]}`, [progress(found), facts(found), sampleSize(found), buttons(found)].filter(Boolean), { id: "steps" }),
        effectCard(found.effects, found.nodes),
        el("div", { class: "halves" }, funnelCard(found.funnel), moneyCard(found)),
        ...moveCards(found), ...spillCards(found.spillover),
      ];
    });
  }

  function progress(found) {
    const names = Object.keys(states);
    const at = names.indexOf(found.state);
    return el("p", { id: "progress" }, names.map((name, place) => [place ? " → " : "", el(place === at ? "b" : "span", { class: place > at ? "quiet" : "" }, states[name])]));
  }

  function facts(found) {
    const { plan: written } = found;
    const people = [found.maker && `${words.maker} ${found.maker}`, found.submitter && `${words.submitter} ${found.submitter}`, found.approver && `${words.approver} ${found.approver}`];
    const rewards = (written.rewards ?? []).map((each) => `${each.code} ${money(each.amount_fen)} × ${each.cap_per_customer}`).join(", ");
    const plan = [`${found.from_day} – ${found.to_day}`, found.set_name && `${words.set} ${found.set ? named(found.set) : found.set_name}`, written.channel && `${words.channel} ${found.channel ? named(found.channel) : written.channel}`, rewards && `${words.rewards} ${rewards}`, `${words.priority} ${found.priority}`];
    const leftOut = found.left_out.map((row) => `${words.reasons[row.reason] ?? row.reason} ${full(row.customers)}`).join(", ");
    return el("div", { class: "quiet" },
      el("p", {}, plan.filter(Boolean).join(" · ")),
      el("p", {}, [...people, ...found.arms.map((arm) => `${words.arms[arm.arm] ?? arm.arm} ${full(arm.customers)}`), leftOut && `${words.leftOut}: ${leftOut}`].filter(Boolean).join(" · ")),
      found.changed ? el("p", { role: "alert", class: "reason" }, words.changed) : null,
      found.problem ? el("p", { role: "alert", class: "reason" }, found.problem) : null);
  }

  function sampleSize({ need, plan: { plan } }) {
    if (!need) return null;
    const verdict = need.is_enough === null ? words.unset : `${words.needed(full(need.treatment), full(need.control))} · ${need.is_enough ? words.enough : words.few}`;
    const finds = need.detectable === null ? null : words.detectable(distance(plan.primary, need.detectable));
    return el("p", { id: "need" }, `${words.need}: ${[words.candidates(full(need.candidates)), verdict, finds].filter(Boolean).join(" · ")}`);
  }

  function buttons(found) {
    const can = (action) => found.may.includes(action);
    const own = [found.maker, found.submitter].includes(viewer.user);
    const steps = {
      draft: [can("campaign.plan") && !found.is_import && "edit", can("campaign.plan") && !found.submitter && "submit", can("campaign.plan") && found.is_saved && "discard", can("campaign.approve") && !own && "approved"],
      approved: can("campaign.advance") ? ["frozen", "draft"] : [],
      evaluated: can("campaign.advance") ? ["closed"] : [],
    }[found.state] ?? [];
    const pushed = ["frozen", "live"].includes(found.state) && can("push.begin") && !found.is_import && found.plan.channel;
    return el("p", { class: "tools" },
      [...steps.filter(Boolean), ...(pushed ? ["push"] : [])].map((step) => el("button", { class: "button", "data-step": step, onclick: () => (step === "edit" ? plan(found.plan) : act(step, found)) }, words[step])),
      el("a", { class: "button", href: `/mofang/api/campaigns/report?${new URLSearchParams({ org: choice.org, campaign: found.campaign })}`, download: `${found.campaign}.html` }, words.report));
  }

  async function act(step, found) {
    if (!(await confirm(words[step], words.sure[step]))) return;
    try {
      if (step === "push") {
        const { days } = await options();
        const manifest = await post("pushes/begin", { org: choice.org, set: found.set_name, channel: found.plan.channel, campaign: found.campaign, as_of: days.at(-1) });
        toast(words.pushed(full(manifest.rows)));
      } else {
        await post(PATHS[step] ?? "campaigns/advance", { org: choice.org, campaign: found.campaign, to: step });
        toast(words.done);
      }
    } catch (error) {
      toast(error.message, "failed");
    }
    load();
  }

  async function plan(written) {
    try {
      await planForm(choice.org, written, (id) => { choice.campaign = id; remember(choice); load(); });
    } catch (error) {
      toast(error.message, "failed");
    }
  }
}
