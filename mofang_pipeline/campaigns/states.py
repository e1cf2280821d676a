"""A campaign's states, which step follows which, and who may take it. Pure: folded from the log's entries.

draft -> approved -> frozen -> live -> ended -> reconciled -> evaluated -> closed
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mofang_pipeline.refusals import Refused

STATES = ("draft", "approved", "frozen", "live", "ended", "reconciled", "evaluated", "closed")
ZH = {
    "draft": "草稿", "approved": "已审批", "frozen": "已冻结", "live": "进行中", "ended": "已结束",
    "reconciled": "已对账", "evaluated": "已评估", "closed": "已关闭",
}  # fmt: skip
BY_DAY = ("live", "ended", "reconciled", "evaluated")  # a night moves these when their day has come
ACTION = "campaign.advanced"


@dataclass(frozen=True)
class Status:
    """What the log says of one campaign; `seq` is its last entry's, 0 for none."""

    state: str = "draft"
    maker: str | None = None
    approver: str | None = None
    approval: Mapping[str, Any] = field(default_factory=dict)
    frozen: Mapping[str, Any] = field(default_factory=dict)
    seq: int = 0

    @property
    def is_frozen(self) -> bool:
        return bool(self.frozen)

    @property
    def approved_hash(self) -> str | None:
        return self.approval.get("plan_hash")

    @property
    def frozen_hash(self) -> str | None:
        return self.frozen.get("plan_hash")


def fold(entries: Iterable[Any], maker: str | None = None) -> Status:
    """The status after these entries of one campaign; `maker` is the file's, until the log names another."""
    status = Status(maker=maker)
    for entry in entries:
        if entry.action == ACTION:
            status = after(status, entry.actor, entry.payload, entry.seq)
    return status


def after(before: Status, actor: str, payload: Mapping[str, Any], seq: int) -> Status:
    state = str(payload["to"])
    kept = {**vars(before), "state": state, "seq": seq}
    if state == "draft":
        kept |= {"maker": actor, "approver": None, "approval": {}}
    if state == "approved":
        kept |= {"approver": actor, "approval": dict(payload)}
    if state == "frozen":
        kept |= {"frozen": dict(payload)}
    return Status(**kept)


def require_step(status: Status, target: str, actor: str, *, maker_checker: bool) -> None:
    """Refused unless `target` may follow the state, and the actor may take that step."""
    if target not in STATES:
        known = ", ".join(STATES)
        raise Refused(f"{target!r} is no state; states are {known}", f"没有状态 {target!r}；状态有 {known}")
    followers = {STATES[STATES.index(status.state) + 1]} if status.state != "closed" else set()
    if status.state in ("draft", "approved"):
        followers |= {"draft"}
    if target not in followers:
        shown = " or ".join(sorted(followers, key=STATES.index)) or "nothing"
        raise Refused(
            f"it is {status.state}, after which comes {shown}, not {target}",
            f"当前为{ZH[status.state]}，不能变为{ZH[target]}",
        )
    if target == "approved" and maker_checker and actor == status.maker:
        raise Refused(
            f"{actor} made it; another user has to approve it", f"{actor} 为制单人，须由其他用户审批"
        )


def due(state: str, *, as_of: date, first: date, last: date, settled: bool) -> str | None:
    """The state that a night moves to when day `as_of` is computed; None while its day has not come.

    A window ends with the end of its last day, which a computed day has behind it. `settled`: reconciliation has
    nothing left to wait for. `evaluated` is for the step that evaluates.
    """
    if state == "frozen" and as_of >= first:
        return "live"
    if state == "live" and as_of >= last:
        return "ended"
    return "reconciled" if state == "ended" and settled else None
