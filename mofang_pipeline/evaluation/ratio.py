"""Sample ratio mismatch: are the arms as large as planned? If not, who is missing is not missing by chance."""

from collections.abc import Mapping
from decimal import Decimal

from scipy import stats

MISMATCH = 0.001  # below it neither a verdict nor an ROI is given


def sample_ratio_p(counts: Mapping[str, int], shares: Mapping[str, float | Decimal]) -> float | None:
    """Chi-squared p-value of arm counts against planned shares; None with fewer than two arms or nobody.

    Shares that do not sum to 1 (a holdout in none of the arms) are those of the arms among each other.
    """
    planned = {arm: float(share) for arm, share in shares.items() if share > 0}
    observed = [counts.get(arm, 0) for arm in planned]
    if len(planned) < 2 or not sum(observed):
        return None
    whole = sum(planned.values())
    expected = [sum(observed) * share / whole for share in planned.values()]
    return float(stats.chisquare(observed, expected).pvalue)


def is_mismatch(p: float | None) -> bool:
    return p is not None and p < MISMATCH


def detectable_customers(lost: float, *, power: float = 0.8) -> int:
    """Customers of each of two equal arms from which on losing the share `lost` of one is found with this power."""
    threshold = stats.chi2.isf(MISMATCH, 1)
    low, high = 1, 1 << 40
    while high - low > 1:
        n = (low + high) // 2
        kept = n * (1 - lost)
        found = stats.ncx2.sf(threshold, 1, (n - kept) ** 2 / (n + kept))
        low, high = (low, n) if found >= power else (n, high)
    return high
