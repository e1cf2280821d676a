"""What the campaign report says, in both languages."""

TEXTS = {
    "zh": {
        "title": "营销活动效益", "state": "状态", "as_of": "数据截至", "never": "尚未计算", "effects": "效果",
        "metric": "指标", "method": "方法", "treatment": "触达组", "control": "对照组", "effect": "差异",
        "interval": "区间", "verdict": "结论", "funnel": "漏斗（触达组）", "money": "投入产出",
        "moves": "客群流转（超出对照组）",
        "from": "从", "to": "到", "extra": "额外客户数", "nothing_yet": "尚无可读结果。",
        "forest_note": "每条线为一个指标的区间，以各自标准误为单位；虚线为零。触达组减对照组。",
        "method_note": "按分组意向分析；raw 为均值差（Welch），cuped 以活动前等长期间的同一指标校正，"
        "did 为无对照组时与相似客户的双重差分，仅供参考方向。"
        "主要指标之外按 Benjamini-Hochberg 校正。",
        "withheld": "各组人数与方案不符（SRM），结论与投入产出暂不给出。",
        "changed": "方案在冻结后有改动；以冻结时的方案为准。", "guardrail": "护栏指标变差：{names}。",
        "sequential": "活动进行中：区间对每日查看均有效，因而较宽。",
        "trend": "活动前触达客户与相似客户的走势已有差异（p = {p}），结果须谨慎看待。",
        "points": "个百分点",
        "margin": "增量毛利", "paid": "增量交易额", "contacts": "触达成本", "rewards": "已对账权益成本",
        "open": "未决差异", "spent": "成本 / 预算", "roi": "增量投入产出比",
        "answer_better": "{metric}：触达组 {treatment}，对照组 {control}，提升 {effect}（区间 {interval}）。",
        "answer_worse": "{metric}：触达组 {treatment}，对照组 {control}，变差 {effect}（区间 {interval}）。",
        "answer_unclear": "{metric}：差异 {effect}（区间 {interval}），尚不能确认有效果。",
        "answer_running": "{metric}：进行中，目前差异 {effect}（区间 {interval}），尚无定论。",
        "answer_withheld": "结论暂不给出：各组人数与方案不符。",
        "answer_directional": "{metric}：与相似客户相比差异 {effect}（区间 {interval}），无对照组，仅供参考方向。",
        "answer_none": "尚无可读结果。",
    },
    "en": {
        "title": "campaign result", "state": "state", "as_of": "data to", "never": "not computed yet",
        "effects": "Effect",
        "metric": "Metric", "method": "Method", "treatment": "Treated", "control": "Control", "effect": "Difference",
        "interval": "Interval", "verdict": "Verdict", "funnel": "Funnel (treated)", "money": "Cost and return",
        "moves": "Moves between segments, beyond control", "from": "from", "to": "to", "extra": "Extra customers",
        "nothing_yet": "There is nothing to read yet.",
        "forest_note": "Each line is a metric's interval in units of its own standard error; dashed: zero. "
        "Treated less control.",
        "method_note": "By intention to treat. raw: difference in means (Welch); cuped: adjusted by the same metric "
        "in the equal-long period before; did: without a control arm, against similar customers, directional only. "
        "Metrics beyond the primary are adjusted by Benjamini-Hochberg.",
        "withheld": "The arms are not as large as planned (SRM): verdict and return are withheld.",
        "changed": "The plan was changed after freezing; as frozen it holds.",
        "guardrail": "Guardrails that got worse: {names}.",
        "sequential": "Under way: the intervals hold at every daily reading, and are wider for it.",
        "trend": "Treated and similar customers drifted apart before already (p = {p}); read with care.",
        "points": " pp", "margin": "Incremental margin", "paid": "Incremental payments", "contacts": "Cost of contacts",
        "rewards": "Reconciled rewards", "open": "Open breaks", "spent": "Cost / budget", "roi": "Incremental ROI",
        "answer_better": "{metric}: treated {treatment}, control {control}: better by {effect} (interval {interval}).",
        "answer_worse": "{metric}: treated {treatment}, control {control}: worse by {effect} (interval {interval}).",
        "answer_unclear": "{metric}: difference {effect} (interval {interval}); no effect can be claimed.",
        "answer_running": "{metric}: under way, difference so far {effect} (interval {interval}); nothing is settled.",
        "answer_withheld": "No verdict: the arms are not as large as planned.",
        "answer_directional": "{metric}: {effect} against similar customers (interval {interval}); no control arm, so "
        "directional only.",
        "answer_none": "There is nothing to read yet.",
    },
}  # fmt: skip
METRICS = {
    "pay_rate": ("有支付客户占比", "share that paid"), "pay_cnt": ("人均支付笔数", "payments per customer"),
    "pay_amt": ("人均支付金额", "paid per customer"), "bind_rate": ("绑卡率", "share that bound a card"),
    "unbind_rate": ("解绑率", "share that unbound"), "complaint_rate": ("投诉率", "share that complained"),
    "aum_change": ("人均资产变化", "change of assets per customer"),
}  # fmt: skip
STAGES = {
    "audience": ("名单", "audience"), "pushed": ("已推送", "pushed"), "sent": ("已发送", "sent"),
    "delivered": ("已送达", "delivered"), "opened": ("已打开", "opened"), "clicked": ("已点击", "clicked"),
    "granted": ("已发权益", "granted"), "redeemed": ("已核销", "redeemed"), "paid": ("有支付", "paid"),
}  # fmt: skip
VERDICTS = {
    "better": ("变好", "better"), "worse": ("变差", "worse"), "unclear": ("不明确", "unclear"),
    "running": ("进行中", "running"), "withheld": ("暂不给出", "withheld"), "directional": ("仅供方向", "directional"),
}  # fmt: skip


def chosen(pairs: dict[str, tuple[str, str]], key: str, language: str) -> str:
    """The word in the language; a key without one stands for itself."""
    zh, en = pairs.get(key, (key, key))
    return zh if language == "zh" else en


def metric_name(metric: str, language: str) -> str:
    if metric.startswith("to:"):
        segment = metric.removeprefix("to:")
        return f"到达客群 {segment}" if language == "zh" else f"share in segment {segment}"
    return chosen(METRICS, metric, language)
