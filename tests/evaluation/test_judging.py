"""Ratio mismatch, multiple tests, readings while live, sample size, return and verdicts."""

from datetime import date
from decimal import Decimal

import pytest

from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.evaluation.multiple import adjusted
from mofang_pipeline.evaluation.ratio import is_mismatch, sample_ratio_p
from mofang_pipeline.evaluation.roi import Cost, incremental_roi
from mofang_pipeline.evaluation.sample_size import detectable, needed
from mofang_pipeline.evaluation.sequential import reading_alpha
from mofang_pipeline.evaluation.verdicts import roi_verdict, verdict


def test_counts_as_planned_are_no_mismatch() -> None:
    shares = {"treatment": Decimal("0.9"), "control": Decimal("0.1")}
    assert sample_ratio_p({"treatment": 900, "control": 100}, shares) == pytest.approx(1)


def test_an_arm_that_nobody_is_in_is_a_mismatch() -> None:
    assert is_mismatch(sample_ratio_p({"treatment": 100}, {"treatment": 0.5, "control": 0.5}))


def test_a_single_arm_has_no_ratio() -> None:
    assert sample_ratio_p({"treatment": 100}, {"treatment": 1}) is None


def test_benjamini_hochberg_leaves_the_primary_alone() -> None:
    # Of three: 0.01 x 3 / 1, 0.02 x 3 / 2, 0.9.
    found = adjusted({"a": 0.04, "b": 0.01, "c": 0.02, "d": 0.9, "e": None}, {"a"})
    assert found == pytest.approx({"a": 0.04, "b": 0.03, "c": 0.03, "d": 0.9, "e": None})


def test_a_month_has_a_reading_a_day() -> None:
    assert reading_alpha(0.05, date(2026, 3, 1), date(2026, 3, 31)) == pytest.approx(0.05 / 31)


def test_sample_size_is_the_textbook_one() -> None:
    # 2 (1.96 + 0.84)^2 (sd / mde)^2 = 1570 an arm, one more for Student's t.
    assert needed(deviation=0.5, mde=0.05, alpha=0.05, power=0.8, control_per_treatment=1) == (1571, 1571)


def test_what_the_sample_shows_is_the_mde_again() -> None:
    found = detectable(deviation=0.5, treatment=1571, control=1571, alpha=0.05, power=0.8)
    assert found == pytest.approx(0.05, rel=1e-3)


def test_return_by_hand() -> None:
    # Four treated pay 100 more each than control's 50: 400 fen at 10% are 40 of margin, against 20 of cost.
    arms = [Moments.of([150, 150, 150, 150])]
    found = incremental_roi(arms, Moments.of([50, 50]), margin_rate=0.1, cost=Cost(20))
    assert (found.incremental_pay_fen, found.margin_fen, found.roi) == pytest.approx((400, 40, 1))


def test_open_breaks_widen_the_return() -> None:
    arms, control = [Moments.of([150, 140, 160, 150])], Moments.of([50, 55, 45])
    settled, unsure = (
        incremental_roi(arms, control, margin_rate=0.1, cost=Cost(20, open_fen)) for open_fen in (0, 5)
    )
    assert (unsure.roi, unsure.roi_high) == (settled.roi, settled.roi_high)
    assert unsure.roi_low < settled.roi_low  # type: ignore[operator]


def test_open_breaks_widen_a_loss_too() -> None:
    """Control pays more: over a greater cost the same loss is a smaller ratio, which must not raise the lower end."""
    arms, control = [Moments.of([50, 55, 45])], Moments.of([150, 140, 160, 150])
    settled, unsure = (
        incremental_roi(arms, control, margin_rate=0.1, cost=Cost(20, open_fen)) for open_fen in (0, 5)
    )
    assert unsure.roi_low == settled.roi_low
    assert unsure.roi_high > settled.roi_high  # type: ignore[operator]


def test_nothing_settled_and_something_open_has_no_upper_end() -> None:
    found = incremental_roi([Moments.of([150, 140])], Moments.of([50, 55]), margin_rate=0.1, cost=Cost(0, 5))
    assert (found.roi, found.roi_low is None, found.roi_high) == (None, False, None)


@pytest.mark.parametrize(
    ("metric", "effect", "p", "more", "expected"),
    [
        ("pay_rate", 0.1, 0.01, {}, "better"),
        ("pay_rate", -0.1, 0.01, {}, "worse"),
        ("complaint_rate", 0.1, 0.01, {}, "worse"),
        ("pay_rate", 0.1, 0.2, {}, "unclear"),
        ("pay_rate", 0.1, None, {}, "unclear"),
        ("pay_rate", 0.1, 0.2, {"live": True}, "running"),
        ("pay_rate", 0.1, 0.01, {"srm_p": 0.0005}, "withheld"),
        ("pay_rate", 0.1, 0.01, {"method": "did"}, "directional"),
    ],
)
def test_verdicts(metric: str, effect: float, p: float | None, more: dict, expected: str) -> None:
    assert verdict(metric, effect, p, alpha=0.05, **{"method": "raw", **more}) == expected


def test_a_return_that_may_be_none_is_unclear() -> None:
    assert roi_verdict(-0.5, 0.2, srm_p=None, live=False) == "unclear"
