"""Whether campaigns make sense together with the rest of the rulebook: all problems, not the first.

An audience's own file is read when it is frozen; here only that it is there. Whether a set is known is asked where
the sets are known, which people also make in the portal.
"""

import re
from collections.abc import Iterator

from mofang_pipeline.rulebook.campaign import CONTROL, METRICS, TO_SEGMENT, Campaign
from mofang_pipeline.rulebook.model import Problem, Rulebook

Problems = Iterator[Problem]
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")


def campaign_problems(rulebook: Rulebook) -> Problems:
    """Every problem of the rulebook's campaigns."""
    for each in rulebook.campaigns:
        yield from (
            Problem(each.file, subject, en, zh)
            for part in (_identity, _audience, _arms, _window, _rewards, _plan)
            for subject, en, zh in part(each, rulebook)
        )


Found = Iterator[tuple[str, str, str]]


def _identity(each: Campaign, rulebook: Rulebook) -> Found:
    if not _ID.fullmatch(each.id):
        yield (
            "campaign",
            f"{each.id!r}: an id is a letter, then letters, digits, _ and -, 64 at most",
            f"{each.id!r}：编号须以字母开头，只含字母、数字、_ 和 -，最长 64 位",
        )
    if each.org_code and each.org_code not in rulebook.organisations:
        yield (
            "org",
            f"{each.org_code!r} is not in organisations.csv; correct it",
            f"{each.org_code!r} 不在 organisations.csv 中，请更正",
        )


def _audience(each: Campaign, rulebook: Rulebook) -> Found:
    if (each.set_name is None) == (each.import_path is None):
        yield (
            "audience",
            "needs either `set` or `import`; write one of them",
            "须写 set 或 import 之一",
        )
    if each.import_path is not None and not each.import_path.is_file():
        yield (
            "audience",
            f"the file {each.import_path.name} is not there; its path counts from this file",
            f"文件 {each.import_path.name} 不存在；路径以本文件为准",
        )


def _arms(each: Campaign, rulebook: Rulebook) -> Found:
    if not each.arms:
        if each.import_path is None:
            yield (
                "arms",
                "are missing; write shares such as {treatment: 0.9, control: 0.1}",
                "缺失，请填写各组占比",
            )
        return
    if any(share <= 0 for share in each.arms.values()) or sum(each.arms.values()) != 1:
        shown = ", ".join(f"{arm} {share}" for arm, share in each.arms.items())
        yield (
            "arms",
            f"{shown}: shares must be above 0 and sum to 1; correct them",
            f"{shown}：各组占比须大于 0 且合计为 1，请更正",
        )
    if set(each.arms) <= {CONTROL}:
        yield "arms", "need at least one arm that is not control", "至少须有一个非对照组"


def _window(each: Campaign, rulebook: Rulebook) -> Found:
    if each.first > each.last:
        yield (
            "window",
            f"from {each.first} is after to {each.last}; change one",
            f"开始日 {each.first} 晚于结束日 {each.last}，请更正",
        )


def _rewards(each: Campaign, rulebook: Rulebook) -> Found:
    codes = [reward.code for reward in each.rewards]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield "rewards", f"code {code} is given twice; keep one", f"编码 {code} 重复，请保留一个"
    for reward in each.rewards:
        if reward.amount_fen < 1:
            yield "rewards", f"{reward.code}: amount_fen must be above 0", f"{reward.code}：金额须大于 0"
        if reward.cap_per_customer < 1:
            yield (
                "rewards",
                f"{reward.code}: cap_per_customer must be above 0",
                f"{reward.code}：每客户上限须大于 0",
            )


def _plan(each: Campaign, rulebook: Rulebook) -> Found:
    plan = each.plan
    nodes = {node.id for node in rulebook.tree.nodes}
    nodes |= {node.id for branch in rulebook.branches.values() for node in branch.splits}
    for metric in plan.asked:
        if metric.startswith(TO_SEGMENT):
            segment = metric.removeprefix(TO_SEGMENT)
            if segment not in nodes:
                yield (
                    "plan",
                    f"{metric}: there is no segment {segment!r} in the tree; correct it",
                    f"{metric}：树中没有客群 {segment!r}，请更正",
                )
        elif metric not in METRICS:
            known = ", ".join((*METRICS, f"{TO_SEGMENT}<segment>"))
            yield (
                "plan",
                f"unknown metric {metric!r}; known are {known}",
                f"未知指标 {metric!r}，可用的有 {known}",
            )
    for name, value in (("alpha", plan.alpha), ("power", plan.power)):
        if not 0 < value < 1:
            yield "plan", f"{name} {value} must be between 0 and 1", f"{name} {value} 须在 0 与 1 之间"
    if each.margin_rate is not None and not 0 <= each.margin_rate <= 1:
        yield (
            "margin_rate",
            f"{each.margin_rate} must be between 0 and 1: 0.006 is 0.6% of what is paid",
            f"{each.margin_rate} 须在 0 与 1 之间：0.006 即支付金额的 0.6%",
        )
    if plan.mde is not None and plan.mde <= 0:
        yield "plan", f"mde {plan.mde} must be above 0", f"mde {plan.mde} 须大于 0"
