"""The state machine: which step may follow, by whom, and when a day moves it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from mofang_pipeline.campaigns.states import ADVANCED, STATES, Status, due, fold, require_step
from mofang_pipeline.refusals import Refused

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)


@dataclass(frozen=True)
class Entry:
    actor: str
    payload: dict[str, Any]
    seq: int = 1
    action: str = ADVANCED


@pytest.mark.parametrize("state", STATES)
def test_only_the_next_step_is_allowed(state: str) -> None:
    allowed = []
    for target in STATES:
        try:
            require_step(Status(state=state), target, "boss", maker_checker=True)
        except Refused:
            continue
        allowed.append(target)
    back = ["draft"] if state in ("draft", "approved") else []
    following = STATES[STATES.index(state) + 1 :][:1]
    assert allowed == [*back, *following]


@pytest.mark.parametrize("actor", ["anna", " Anna"])
@pytest.mark.parametrize("status", [Status(maker="anna"), Status(maker="cleo", submitter="anna")])
def test_the_maker_may_not_approve(status: Status, actor: str) -> None:
    with pytest.raises(Refused, match="made it; another user has to approve it"):
        require_step(status, "approved", actor, maker_checker=True)


def test_without_maker_checker_the_maker_may() -> None:
    require_step(Status(maker="anna"), "approved", "anna", maker_checker=False)


def test_whoever_takes_it_back_to_draft_is_the_maker() -> None:
    status = fold(
        [Entry("boss", {"to": "approved", "plan_hash": "x"}), Entry("ben", {"to": "draft"}, 2)], "anna"
    )
    assert (status.state, status.maker, status.approver, status.approved_hash) == ("draft", "ben", None, None)


def test_fold_keeps_what_was_frozen() -> None:
    status = fold([Entry("boss", {"to": "frozen", "plan_hash": "x"}), Entry("mofang", {"to": "live"}, 2)])
    assert (status.state, status.frozen_hash, status.seq) == ("live", "x", 2)


@pytest.mark.parametrize(
    ("state", "as_of", "settled", "expected"),
    [
        ("frozen", date(2026, 2, 28), False, None),
        ("frozen", date(2026, 3, 1), False, "live"),
        ("live", date(2026, 3, 30), False, None),
        ("live", date(2026, 3, 31), False, "ended"),  # the computed day has the window's end behind it
        ("ended", date(2026, 3, 31), False, None),
        ("ended", date(2026, 3, 31), True, "reconciled"),
        ("approved", date(2026, 4, 30), True, None),  # nobody froze it: it does not begin by itself
    ],
)
def test_days_move_states(state: str, as_of: date, settled: bool, expected: str | None) -> None:
    assert due(state, as_of=as_of, first=FIRST, last=LAST, settled=settled) == expected
