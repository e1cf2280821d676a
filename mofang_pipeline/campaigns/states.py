"""A campaign's states, which step follows which, and who may take it. Pure: folded from the log's entries.

draft -> approved -> frozen -> live -> ended -> reconciled -> evaluated -> closed
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mofang_pipeline.access import is_same_user
from mofang_pipeline.refusals import Refused

STATES = ("draft", "approved", "frozen", "live", "ended", "reconciled", "evaluated", "closed")
ZH = {
    "draft": "草稿", "approved": "已审批", "frozen": "已冻结", "live": "进行中", "ended": "已结束",
    "reconciled": "已对账", "evaluated": "已评估", "closed": "已关闭",
}  # fmt: skip
BY_DAY = ("live", "ended", "reconciled", "evaluated")  # a night moves these when their day has come
ADVANCED = "campaign.advanced"  # a step; the others are what people do with a draft
SAVED, SUBMITTED, DISCARDED = "campaign.saved", "campaign.submitted", "campaign.discarded"
ACTIONS = (ADVANCED, SAVED, SUBMITTED, DISCARDED)


@dataclass(frozen=True)
class Status:
    """What the log says of one campaign; `seq` is its last entry's, 0 for none.

    `saved`: the plan as somebody saved it in the portal; `saved_over`: the plan of the file that it stands in for.
    """

    state: str = "draft"
    maker: str | None = None
    submitter: str | None = None
    saved: Mapping[str, Any] = field(default_factory=dict)
    saved_over: str | None = None
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
        if entry.action in ACTIONS:
            status = after(status, entry)
    return status


def after(before: Status, entry: Any) -> Status:
    """The status with one more entry of the log."""
    found = _advanced(entry) if entry.action == ADVANCED else _drafted(before, entry)
    return Status(**{**vars(before), **found, "seq": entry.seq})


def _drafted(before: Status, entry: Any) -> dict[str, Any]:
    if entry.action == SUBMITTED:
        return {"submitter": entry.actor, "maker": before.maker or entry.actor}
    kept: dict[str, Any] = {"saved": {}, "saved_over": None, "submitter": None}
    if entry.action == SAVED:
        kept |= {"saved": entry.payload["plan"], "saved_over": entry.payload["over"], "maker": entry.actor}
    return kept


def _advanced(entry: Any) -> dict[str, Any]:
    state = str(entry.payload["to"])
    kept: dict[str, Any] = {"state": state}
    if state == "draft":
        kept |= {"maker": entry.actor, "submitter": None, "approver": None, "approval": {}}
    if state == "approved":
        kept |= {"approver": entry.actor, "approval": dict(entry.payload)}
    if state == "frozen":
        kept |= {"frozen": dict(entry.payload)}
    return kept


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
    made = any(is_same_user(actor, maker) for maker in (status.maker, status.submitter))
    if target == "approved" and maker_checker and made:
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
