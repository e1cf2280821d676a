"""The full numbers are benchmarks/evaluation.py's; here a few runs, with room for their chance."""

import pytest
from scipy import stats

from benchmarks import evaluation as planted
from mofang_pipeline.evaluation.ratio import detectable_customers


def at_most(rate: float, runs: int) -> float:
    """A share that a rate exceeds once in 10,000 times."""
    return float(stats.binom.isf(1e-4, runs, rate)) / runs


def test_intervals_hold_the_planted_effect() -> None:
    missed = {key: 1 - share for key, share in planted.coverage(60, customers=800).items()}
    assert {key: share for key, share in missed.items() if share > at_most(0.06, 60)} == {}


def test_nothing_is_found_where_nothing_is() -> None:
    found = planted.false_positives(100, customers=600)
    assert {key: share for key, share in found.items() if share > at_most(0.055, 100)} == {}


def test_daily_readings_stay_below_the_error() -> None:
    found = planted.sequential_false_positives(60, customers=300, days=20)
    assert {key: read for key, (read, _) in found.items() if read > at_most(0.05, 60)} == {}


def test_a_lost_share_of_an_arm_is_found_where_the_test_has_the_power() -> None:
    enough = detectable_customers(0.02)
    assert planted.mismatches_found(200, customers=2 * enough) > 0.95
    assert planted.mismatches_found(200, customers=enough) == pytest.approx(0.8, abs=0.15)


@pytest.mark.parametrize("metric", ["pay_rate", "pay_cnt", "pay_amt"])
def test_cuped_is_narrower_by_what_the_correlation_predicts(metric: str) -> None:
    found = planted.narrowing(10, customers=2_000)[metric]
    assert found.found == pytest.approx(found.predicted, abs=0.01)
    assert found.found < 0.95
