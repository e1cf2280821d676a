"""raw and cuped against scipy on the customers themselves, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mofang_pipeline.evaluation.estimates import cuped, raw
from mofang_pipeline.evaluation.moments import Moments

VALUES = st.lists(st.integers(0, 10**4), min_size=2, max_size=30)


def test_raw_by_hand() -> None:
    # Means 3/4 and 1/4, variances (n - 1) 1/4 each, so se = sqrt(1/16 + 1/16).
    found = raw(Moments.of([1, 1, 1, 0]), Moments.of([1, 0, 0, 0]))
    assert (found.value_treatment, found.value_control, found.effect) == (0.75, 0.25, 0.5)
    assert found.se == pytest.approx(0.125**0.5)


@given(VALUES, VALUES)
def test_raw_is_welch(treatment: list[int], control: list[int]) -> None:
    found = raw(Moments.of(treatment), Moments.of(control))
    if len(set(treatment)) == len(set(control)) == 1:
        assert (found.se, found.p_value) == (0, None)
        return
    expected = stats.ttest_ind(treatment, control, equal_var=False)
    interval = expected.confidence_interval()
    assert found.p_value == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-6)


def test_cuped_is_raw_of_the_adjusted_values() -> None:
    random = np.random.default_rng(3)
    before, y = random.poisson(3, 60), random.poisson(4, 60)
    y = y + before
    theta = np.cov(before, y)[0, 1] / np.var(before, ddof=1)
    adjusted = y - theta * (before - before.mean())
    expected = stats.ttest_ind(adjusted[:40], adjusted[40:], equal_var=False)
    found = cuped(
        Moments.of(y[:40].tolist(), before[:40].tolist()), Moments.of(y[40:].tolist(), before[40:].tolist())
    )
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.value_treatment == pytest.approx(adjusted[:40].mean())


def test_cuped_without_a_past_is_raw() -> None:
    treatment, control = Moments.of([1, 2, 5]), Moments.of([0, 2, 1])
    assert cuped(treatment, control) == raw(treatment, control)


def test_sums_of_many_fen_lose_nothing() -> None:
    """A million customers with 10^12 fen each but for one fen: floating sums of squares would say variance 0."""
    n, high = 10**6, 10**12
    arm = Moments(n, n * high + 1, n * high * high + 2 * high + 1)
    assert arm.variance == pytest.approx(1 / n, rel=1e-5)


def test_one_customer_an_arm_tells_no_variance() -> None:
    found = raw(Moments.of([1]), Moments.of([0, 1]))
    assert (found.effect, found.se, found.p_value) == (0.5, None, None)
