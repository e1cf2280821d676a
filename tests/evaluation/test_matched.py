"""Matched differences in differences: by hand, and with a planted effect among customers of different kinds."""

import numpy as np
import pytest

from mofang_pipeline.evaluation.matched import Stratum, did
from mofang_pipeline.evaluation.moments import Moments


def test_by_hand() -> None:
    strata = [
        Stratum(Moments.of([2, 4]), Moments.of([1, 1, 4])),  # 3 against 2, two treated
        Stratum(Moments.of([5]), Moments.of([2, 4])),  # 5 against 3, one treated
        Stratum(Moments.of([99]), Moments.of([])),  # nobody to compare with
    ]
    found = did(strata)
    assert found is not None
    assert (found.n_treatment, found.n_control) == (3, 5)
    assert found.effect == pytest.approx((2 * 1 + 1 * 2) / 3)


def test_nobody_is_matched() -> None:
    assert did([Stratum(Moments.of([1]), Moments.of([]))]) is None


def test_planted_effect_is_held_by_the_interval() -> None:
    """Kinds drift apart by themselves and are targeted unequally: unmatched, the drift would be the effect."""
    held = 0
    for run in range(200):
        random = np.random.default_rng(run)
        strata = []
        for drift, treated, others in ((0, 60, 400), (5, 300, 150), (-3, 40, 300)):
            changes = random.normal(drift, 4, treated + others)
            changes[:treated] += 1.5
            whole = np.rint(changes * 1000).astype(int).tolist()
            strata.append(Stratum(Moments.of(whole[:treated]), Moments.of(whole[treated:])))
        found = did(strata)
        assert found is not None and found.ci_low is not None and found.ci_high is not None
        held += found.ci_low <= 1500 <= found.ci_high
    assert held >= 0.93 * 200
