"""`did`: where there is no control arm, treated customers against matched ones whom nobody targeted.

Both are compared with themselves in the equal-long period before. Matching is exact within strata: who is in no
stratum with customers of both kinds is left out. What remains is directional: nobody was assigned by lot.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mofang_pipeline.evaluation.estimates import Estimate, Side, difference
from mofang_pipeline.evaluation.moments import Moments


@dataclass(frozen=True)
class Stratum:
    """The changes (window - before) of one stratum's treated and comparison customers, as sums."""

    treated: Moments
    comparison: Moments

    @property
    def is_matched(self) -> bool:
        return self.treated.n > 0 and self.comparison.n > 0


def did(strata: Iterable[Stratum], *, alpha: float = 0.05) -> Estimate | None:
    """Mean change of the matched treated - mean change of their comparison; None where nobody is matched.

    A comparison customer weighs as many treated customers of the stratum as there are for each of them; the
    variance of the weighted mean is the sandwich's, so a stratum with one customer is no trouble.
    """
    matched = [stratum for stratum in strata if stratum.is_matched]
    if not matched:
        return None
    treated = sum((stratum.treated for stratum in matched), Moments(0, 0, 0))
    spread = treated.variance / treated.n if treated.n > 1 else None
    return difference(
        Side(treated.n, treated.mean, spread, treated.n - 1), _weighted(matched, treated.n), alpha=alpha
    )


def _weighted(matched: Sequence[Stratum], treated: int) -> Side:
    weights = [stratum.treated.n / stratum.comparison.n / treated for stratum in matched]
    sums = [stratum.comparison for stratum in matched]
    mean = sum(weight * each.y for weight, each in zip(weights, sums, strict=True))
    customers = sum(each.n for each in sums)
    effective = 1 / sum(weight**2 * each.n for weight, each in zip(weights, sums, strict=True))
    if customers < 2 or effective <= 1:
        return Side(customers, mean, None, 0)
    squares = sum(
        weight**2 * (each.yy - 2 * mean * each.y + mean**2 * each.n)
        for weight, each in zip(weights, sums, strict=True)
    )
    return Side(customers, mean, max(squares, 0.0) * customers / (customers - 1), effective - 1)
