"""Differences of two arms, with intervals: `raw` and `cuped`.

Welch: unpooled variances with n - 1, for shares too; Student's t with Satterthwaite's degrees of freedom.
"""

from dataclasses import dataclass

from scipy import stats

from mofang_pipeline.evaluation.moments import Moments


@dataclass(frozen=True)
class Side:
    """One side of a comparison: its mean, the mean's squared standard error and its degrees of freedom."""

    n: int
    mean: float
    variance_of_mean: float | None
    freedom: float


@dataclass(frozen=True)
class Estimate:
    """A difference of means. None where one customer or no variance tells nothing."""

    n_treatment: int
    n_control: int
    value_treatment: float
    value_control: float
    effect: float
    se: float | None
    ci_low: float | None
    ci_high: float | None
    p_value: float | None


def raw(treatment: Moments, control: Moments, *, alpha: float = 0.05) -> Estimate:
    """The difference in means, treatment - control, with an interval of level 1 - alpha."""
    return difference(_side(treatment), _side(control), alpha=alpha)


def cuped(treatment: Moments, control: Moments, *, alpha: float = 0.05) -> Estimate:
    """`raw` of y - theta (x - mean of x): what the time before the window foretells is taken out.

    theta = cov(x, y) / var(x) over both arms together, 0 where x does not vary. Deng, Xu, Kohavi, Walker (2013).
    """
    both = treatment + control
    theta = both.covariance / both.variance_before if both.n > 1 and both.variance_before else 0.0
    return difference(
        _adjusted(treatment, theta, both.mean_before),
        _adjusted(control, theta, both.mean_before),
        alpha=alpha,
    )


def _side(arm: Moments) -> Side:
    return Side(arm.n, arm.mean, arm.variance / arm.n if arm.n > 1 else None, arm.n - 1)


def _adjusted(arm: Moments, theta: float, mean_before: float) -> Side:
    mean = arm.mean - theta * (arm.mean_before - mean_before)
    if arm.n < 2:
        return Side(arm.n, mean, None, 0)
    variance = arm.variance - 2 * theta * arm.covariance + theta * theta * arm.variance_before
    return Side(arm.n, mean, max(variance, 0.0) / arm.n, arm.n - 1)


def difference(treatment: Side, control: Side, *, alpha: float) -> Estimate:
    """The Welch interval and two-sided p-value of a difference of two independent means."""
    effect = treatment.mean - control.mean
    se, low, high, p = _interval(effect, treatment, control, alpha)
    return Estimate(treatment.n, control.n, treatment.mean, control.mean, effect, se, low, high, p)


def _interval(
    effect: float, treatment: Side, control: Side, alpha: float
) -> tuple[float | None, float | None, float | None, float | None]:
    if treatment.variance_of_mean is None or control.variance_of_mean is None:
        return None, None, None, None
    variance = treatment.variance_of_mean + control.variance_of_mean
    if variance == 0:  # nobody differs within an arm: no test can be made of it
        return 0.0, effect, effect, None
    freedom = variance**2 / sum(
        side.variance_of_mean**2 / side.freedom for side in (treatment, control) if side.variance_of_mean
    )
    se = variance**0.5
    reach = float(stats.t.isf(alpha / 2, freedom)) * se
    return se, effect - reach, effect + reach, float(2 * stats.t.sf(abs(effect) / se, freedom))
