"""Changing rules: proposing, approving, rejecting. One function per action, for the command line and the portal alike.

Each takes plain values, does all or nothing, and raises Refused with the reason in both languages. Nothing here
computes a day: an approved change is found by the next run of a day from its effective day on.
"""

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from mofang_pipeline import lake, rules
from mofang_pipeline.access import is_same_user
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.control.log import Entry
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rule_log import (
    ACTIONS,
    APPROVED,
    PROPOSED,
    REJECTED,
    Recorded,
    change_as_json,
    change_of,
    recorded,
)
from mofang_pipeline.rulebook import Rulebook, check
from mofang_pipeline.rulebook.history import Change, is_locked, with_changes
from mofang_pipeline.rulebook.model import Problem, Scalar
from mofang_pipeline.rulebook.read import INHERIT

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?", re.ASCII)
LONGEST_REASON = 500


@dataclass(frozen=True)
class Outcome:
    """A change and what became of it: `proposed` until somebody approves it, then `approved` or `rejected`.

    `province` is the tier-1 branch whose days it concerns; None: all of them.
    """

    change_id: int
    status: str
    org_code: str
    province: str | None
    values: Mapping[str, str]
    effective_from: date


def propose(
    home: Home, *, actor: str, org_code: str, values: Mapping[str, str], effective_from: date, reason: str
) -> Outcome:
    """Proposes these values (as written; money in yuan; `inherit`: as above again) from a day on.

    The rulebook as it would be is checked whole; what is wrong is Refused and nothing is recorded.
    """
    now = rules.current(home).rulebook
    changes = _changes(now, org_code, values, effective_from)
    _require_reason(reason)
    _require_sound(now, changes)
    entry = log.append(
        engine(home),
        actor=actor,
        action=PROPOSED,
        subject=f"parameters of {org_code}",
        org_code=org_code,
        payload={"changes": [change_as_json(change) for change in changes], "reason": reason.strip()},
    )
    return _outcome(now, entry, "proposed")


def approve(home: Home, *, actor: str, change_id: int) -> Outcome:
    """Puts a proposal in force from its effective day; its maker may not, unless maker_checker is off."""
    now = rules.current(home).rulebook
    proposal = _waiting(home, change_id)
    if now.settings.maker_checker and is_same_user(actor, proposal.actor):
        raise Refused(
            f"change {change_id} was made by {proposal.actor}; another user has to approve it",
            f"变更 {change_id} 由 {proposal.actor} 提出，须由他人审批",
        )
    _require_sound(now, [change_of(each) for each in proposal.payload["changes"]])
    _decide(home, actor, proposal, APPROVED, "")
    return _outcome(now, proposal, "approved")


def reject(home: Home, *, actor: str, change_id: int, reason: str = "") -> Outcome:
    """Closes a proposal without effect; its maker may, too: that takes it back."""
    proposal = _waiting(home, change_id)
    _decide(home, actor, proposal, REJECTED, reason)
    return _outcome(rules.current(home).rulebook, proposal, "rejected")


def set_values(
    home: Home,
    *,
    actor: str,
    approver: str | None,
    org_code: str,
    values: Mapping[str, str],
    effective_from: date,
    reason: str,
) -> Outcome:
    """Proposes and, with an approver, approves at once; an approver who may not leaves nothing behind."""
    maker_checker = rules.current(home).rulebook.settings.maker_checker
    if approver is not None and not approver.strip():
        raise Refused("the approver is empty; name the user", "审批人为空，请填写用户名")
    if approver is not None and maker_checker and is_same_user(actor, approver):
        raise Refused(
            f"{actor} makes the change, so another user has to approve it", f"{actor} 为提出人，须由他人审批"
        )
    outcome = propose(
        home, actor=actor, org_code=org_code, values=values, effective_from=effective_from, reason=reason
    )
    return outcome if approver is None else approve(home, actor=approver, change_id=outcome.change_id)


def history(home: Home, *, org_code: str | None = None, waiting: bool = False) -> list[Recorded]:
    """Every change, the oldest first; those of one organisation, or those that wait for approval."""
    now = rules.current(home).rulebook
    found = recorded(log.entries(engine(home), actions=ACTIONS))
    if org_code is not None and org_code not in {
        *now.organisations,
        *(each.change.org_code for each in found),
    }:
        raise Refused(f"there is no organisation {org_code!r}", f"没有机构 {org_code!r}")
    return [
        each
        for each in sorted(found, key=lambda each: each.change_id)
        if (org_code is None or each.change.org_code == org_code)
        and (not waiting or each.status == "proposed")
    ]


def _changes(now: Rulebook, org_code: str, values: Mapping[str, str], start: date) -> list[Change]:
    if org_code not in now.organisations:
        raise Refused(f"there is no organisation {org_code!r}", f"没有机构 {org_code!r}")
    if not values:
        raise Refused("nothing is to be set; give parameter=value", "没有要设置的参数，请给出 参数=值")
    for name in values:
        if name not in now.tree.parameters:
            known = ", ".join(now.tree.parameters)
            raise Refused(
                f"there is no parameter {name!r}; there are {known}", f"没有参数 {name!r}，可用：{known}"
            )
        if is_locked(now, name) and org_code != now.head_office.org_code:
            raise Refused(f"{name} is locked by head office", f"{name} 已由总行锁定")
    return [Change(org_code, name, _value(name, text), start) for name, text in values.items()]


def _value(name: str, text: str) -> Scalar | None:
    written = text.strip()
    if written == INHERIT:
        return None
    if not NUMBER.fullmatch(written):
        shown = ascii(written[:40])
        raise Refused(
            f"{name}: {shown} is not a number; write digits, or {INHERIT}",
            f"{name}：{shown} 不是数字，请填写数字或 {INHERIT}",
        )
    return Decimal(written) if "." in written else int(written)


def _require_reason(reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(
            f"a change needs a reason, one line of at most {LONGEST_REASON} characters",
            f"变更须写明原因，一行且不超过 {LONGEST_REASON} 字",
        )
    if re.search(r"[0-9]{11}", reason):
        raise Refused(
            "the reason holds a long number; leave customers' phone, card and identity numbers out",
            "原因中有长号码，请勿填写客户的手机号、卡号或证件号",
        )


def _require_sound(now: Rulebook, changes: list[Change]) -> None:
    if found := _causes(check(with_changes(now, changes))):
        raise Refused(
            "; ".join(f"{each.file}: {each.subject}: {each.en}" for each in found),
            "；".join(f"{each.file}：{each.subject}：{each.zh}" for each in found),
        )


def _causes(found: list[Problem]) -> list[Problem]:
    """A value out of bounds breaks constraints too, and leaves nodes that nobody reaches: the first kind says all."""
    for kind in ("parameter ", "organisation "):
        if causes := [each for each in found if each.subject.startswith(kind)]:
            return causes
    return found


def _waiting(home: Home, change_id: int) -> Entry:
    entries = log.entries(engine(home), actions=ACTIONS)
    found = [entry for entry in entries if entry.action == PROPOSED and entry.seq == change_id]
    decided = [entry for entry in entries if entry.payload.get("proposal") == change_id]
    if not found:
        raise Refused(f"there is no proposed change {change_id}", f"没有待审变更 {change_id}")
    if decided:
        was = decided[0].action.split(".")[1]
        raise Refused(
            f"change {change_id} is already {was}, by {decided[0].actor}",
            f"变更 {change_id} 已由 {decided[0].actor} 处理",
        )
    return found[0]


def _decide(home: Home, actor: str, proposal: Entry, action: str, reason: str) -> None:
    log.append(
        engine(home),
        actor=actor,
        action=action,
        subject=f"change {proposal.seq}",
        org_code=proposal.org_code,
        payload={"proposal": proposal.seq, "reason": reason.strip()},
        expect=0,
    )


def _outcome(now: Rulebook, proposal: Entry, status: str) -> Outcome:
    changes = proposal.payload["changes"]
    lineage = now.lineage(str(proposal.org_code))
    return Outcome(
        change_id=proposal.seq,
        status=status,
        org_code=str(proposal.org_code),
        province=lineage[-2] if len(lineage) > 1 else None,
        values={each["parameter"]: each["value"] for each in changes},
        effective_from=date.fromisoformat(changes[0]["effective_from"]),
    )


def computed_days(home: Home, outcome: Outcome) -> list[date]:
    """The days that the change would concern but that were computed before it: they stay as they are."""
    if not any(home.lake.iterdir()):
        return []
    with closing(lake.connect(home, read_only=True)) as connection:
        rows = connection.execute(
            "select distinct day from int.computed_day where kind = 'segments' and day >= $first"
            " and ($province is null or province = $province) order by day",
            {"first": outcome.effective_from, "province": outcome.province},
        ).fetchall()
    return [row[0] for row in rows]
