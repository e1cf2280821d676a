"""Planted truth: does the evaluation find what was put in, and nothing where nothing was?

python -m benchmarks.evaluation            # the full numbers of docs/evaluation.md, about a minute
python -m benchmarks.evaluation --scale 10 # a tenth of the runs

Customers differ: each has a rate of payments of their own (gamma), pays by Poisson in the period before and in the
window, and heavy amounts (lognormal, in fen). The tests run the same functions with fewer runs.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng

from mofang_pipeline.evaluation.estimates import Estimate, cuped, raw
from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.evaluation.ratio import detectable_customers, is_mismatch, sample_ratio_p

SHAPE, SCALE = 0.8, 1.5  # of the customers' rates: 1.2 payments a period on average, most pay seldom
MEAN_FEN, SIGMA = 5_000, 1.0  # of one payment
METHODS = {"raw": raw, "cuped": cuped}


@dataclass(frozen=True)
class Arm:
    """What each customer of an arm did before and in the window, by metric."""

    before: dict[str, np.ndarray]
    window: dict[str, np.ndarray]

    def moments(self, metric: str) -> Moments:
        return sums(self.window[metric], self.before[metric])


def sums(y: np.ndarray, x: np.ndarray) -> Moments:
    """Moments.of for arrays; whole numbers that are small enough for 64 bits."""
    return Moments(len(y), *(int(each) for each in (y.sum(), y @ y, x.sum(), x @ x, x @ y)))


def arm(random: Generator, customers: int, lift: float = 0.0) -> Arm:
    """Customers whose payments in the window come `lift` more often than before, each."""
    rates = random.gamma(SHAPE, SCALE, customers)
    return Arm(_paid(random, random.poisson(rates)), _paid(random, random.poisson(rates + lift)))


def _paid(random: Generator, counts: np.ndarray) -> dict[str, np.ndarray]:
    amounts = np.rint(random.lognormal(np.log(MEAN_FEN) - SIGMA**2 / 2, SIGMA, int(counts.sum())))
    owners = np.repeat(np.arange(len(counts)), counts)
    fen = np.bincount(owners, weights=amounts, minlength=len(counts)).astype(np.int64)
    return {"pay_rate": (counts > 0).astype(np.int64), "pay_cnt": counts, "pay_amt": fen}


def truth(lift: float) -> dict[str, float]:
    """The effect of `lift` on each metric, worked out by hand from the model."""
    silent = (1 + SCALE) ** -SHAPE  # nobody pays at rate r with chance exp(-r); its mean over the gamma
    return {"pay_rate": silent * (1 - np.exp(-lift)), "pay_cnt": lift, "pay_amt": lift * MEAN_FEN}


def campaigns(runs: int, *, customers: int, lift: float, seed: int) -> Iterator[tuple[Arm, Arm]]:
    """(treatment, control) of `runs` campaigns, 70% treated."""
    for number in range(runs):
        random = default_rng([seed, number])
        treated = round(0.7 * customers)
        yield arm(random, treated, lift), arm(random, customers - treated)


def coverage(
    runs: int, *, customers: int = 2_000, lift: float = 0.15, seed: int = 1
) -> dict[tuple[str, str], float]:
    """(metric, method) -> share of campaigns whose 95% interval holds the planted effect."""
    planted, held = truth(lift), dict.fromkeys(((m, k) for m in truth(0) for k in METHODS), 0)
    for treatment, control in campaigns(runs, customers=customers, lift=lift, seed=seed):
        for metric, method in held:
            found = METHODS[method](treatment.moments(metric), control.moments(metric))
            held[metric, method] += _holds(found, planted[metric])
    return {key: count / runs for key, count in held.items()}


def false_positives(runs: int, *, customers: int = 2_000, seed: int = 2) -> dict[tuple[str, str], float]:
    """(metric, method) -> share of A/A campaigns with p < 0.05."""
    return {key: 1 - share for key, share in coverage(runs, customers=customers, lift=0, seed=seed).items()}


def _holds(found: Estimate, value: float) -> bool:
    return found.ci_low is not None and found.ci_high is not None and found.ci_low <= value <= found.ci_high


def sequential_false_positives(
    runs: int, *, customers: int = 1_000, days: int = 30, seed: int = 3
) -> dict[str, tuple[float, float]]:
    """Metric -> share of A/A campaigns that any of the daily readings calls: sequentially, and read naively."""
    called = {metric: [0, 0] for metric in truth(0)}
    for number in range(runs):
        random = default_rng([seed, number])
        daily = [_daily(random, customers // 2, days) for _ in range(2)]
        for metric in called:
            least = min(_p_values(daily, metric, days), default=1.0)
            called[metric][0] += least < 0.05 / days
            called[metric][1] += least < 0.05
    return {metric: (read / runs, naive / runs) for metric, (read, naive) in called.items()}


def _daily(random: Generator, customers: int, days: int) -> dict[str, np.ndarray]:
    """Metric -> (days, customers): what each customer has done from the first day of the window to each day."""
    rates = random.gamma(SHAPE, SCALE, customers) / days
    counts = np.cumsum(random.poisson(np.broadcast_to(rates, (days, customers))), axis=0)
    amounts = np.rint(counts * random.lognormal(np.log(MEAN_FEN) - SIGMA**2 / 2, SIGMA, customers)).astype(
        np.int64
    )
    return {"pay_rate": (counts > 0).astype(np.int64), "pay_cnt": counts, "pay_amt": amounts}


def _p_values(daily: list[dict[str, np.ndarray]], metric: str, days: int) -> Iterator[float]:
    for day in range(days):
        treatment, control = (sums(each[metric][day], each[metric][day]) for each in daily)
        p = raw(treatment, control).p_value
        if p is not None:
            yield p


def mismatches_found(runs: int, *, customers: int, lost: float = 0.02, seed: int = 4) -> float:
    """Share of audiences, `customers` an arm as planned, in which losing `lost` of one arm is found."""
    random = default_rng(seed)
    shares, found = {"treatment": 0.5, "control": 0.5}, 0
    for _ in range(runs):
        treated = int(random.binomial(2 * customers, 0.5))
        counts = {"treatment": int(random.binomial(treated, 1 - lost)), "control": 2 * customers - treated}
        found += is_mismatch(sample_ratio_p(counts, shares))
    return found / runs


@dataclass(frozen=True)
class Narrowing:
    """CUPED's interval against the raw one's: as found, and sqrt(1 - correlation squared)."""

    found: float
    predicted: float


def narrowing(runs: int, *, customers: int = 4_000, seed: int = 5) -> dict[str, Narrowing]:
    ratios: dict[str, list[tuple[float, float]]] = {metric: [] for metric in truth(0)}
    for treatment, control in campaigns(runs, customers=customers, lift=0.15, seed=seed):
        for metric, pairs in ratios.items():
            sums = treatment.moments(metric), control.moments(metric)
            widths = [method(*sums).se or 0.0 for method in (cuped, raw)]
            pairs.append((widths[0] / widths[1], (1 - (sums[0] + sums[1]).correlation ** 2) ** 0.5))
    return {metric: Narrowing(*np.mean(pairs, axis=0).tolist()) for metric, pairs in ratios.items()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=int, default=1, help="divides the numbers of runs")
    scale = parser.parse_args().scale
    print("coverage of the planted effect by the 95% interval, 5,000 campaigns")
    for (metric, method), share in coverage(5_000 // scale).items():
        print(f"  {metric:10} {method:6} {share:7.1%}")
    print("false positives at 5%, 5,000 A/A campaigns")
    for (metric, method), share in false_positives(5_000 // scale).items():
        print(f"  {metric:10} {method:6} {share:7.1%}")
    print("any of 30 daily readings calls an effect, 1,000 A/A campaigns: sequential, naive")
    for metric, (read, naive) in sequential_false_positives(1_000 // scale).items():
        print(f"  {metric:10} {read:7.1%} {naive:7.1%}")
    print("2% of one arm lost, p < 0.001")
    print(f"  80% power from {detectable_customers(0.02):,} customers an arm")
    for customers in (50_000, 100_000, 200_000, 500_000):
        print(f"  {customers:9,} an arm: found {mismatches_found(1_000 // scale, customers=customers):7.1%}")
    print("CUPED's standard error / raw's: found, predicted by the correlation")
    for metric, each in narrowing(100 // scale).items():
        print(f"  {metric:10} {each.found:.4f} {each.predicted:.4f}")


if __name__ == "__main__":
    main()
