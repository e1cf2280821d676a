"""Incremental return: what treated customers paid more than control, at the margin rate, against what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy import stats

from mofang_pipeline.evaluation.moments import Moments


@dataclass(frozen=True)
class Cost:
    """What was spent, in fen: settled, and what open breaks may add to it."""

    settled_fen: int
    open_fen: int = 0


@dataclass(frozen=True)
class Return:
    """Fen, and the ratio; None where there is no cost or nothing varies."""

    incremental_pay_fen: float
    margin_fen: float
    margin_low_fen: float | None
    margin_high_fen: float | None
    roi: float | None
    roi_low: float | None
    roi_high: float | None


def incremental_roi(
    arms: Sequence[Moments], control: Moments, *, margin_rate: float, cost: Cost, alpha: float = 0.05
) -> Return:
    """(incremental margin - cost) / cost over all treatment arms, from sums of what each customer paid.

    The arms share one control, so its variance counts with the square of all treated customers. The cost lies between
    what is settled and that with all that is open added; each end of the margin meets the cost that takes the interval
    further out (of a loss, the greater cost is the smaller ratio).
    """
    paid = sum(arm.y - arm.n * control.mean for arm in arms)
    margin = margin_rate * paid
    reach = _reach(arms, control, margin_rate, alpha)
    low, high = (None, None) if reach is None else (margin - reach, margin + reach)
    return Return(
        paid,
        margin,
        low,
        high,
        _ratio(margin, cost.settled_fen) if cost.settled_fen > 0 else None,
        *_ends(low, high, cost),
    )


def _reach(arms: Sequence[Moments], control: Moments, margin_rate: float, alpha: float) -> float | None:
    if control.n < 2 or any(arm.n < 2 for arm in arms):
        return None
    treated = sum(arm.n for arm in arms)
    parts = [(arm.n * arm.variance, arm.n - 1) for arm in arms]
    parts.append((treated**2 * control.variance / control.n, control.n - 1))
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return 0.0
    freedom = variance**2 / sum(part**2 / each for part, each in parts)
    reach: float = stats.t.isf(alpha / 2, freedom) * margin_rate * variance**0.5
    return reach


def _ends(low: float | None, high: float | None, cost: Cost) -> tuple[float | None, float | None]:
    """The lowest and the highest ratio; where nothing is settled yet, there is no highest."""
    costs = [each for each in (cost.settled_fen, cost.settled_fen + cost.open_fen) if each > 0]
    if low is None or high is None or not costs:
        return None, None
    highest = max(_ratio(high, each) for each in costs) if cost.settled_fen > 0 else None
    return min(_ratio(low, each) for each in costs), highest


def _ratio(margin: float, cost_fen: int) -> float:
    return (margin - cost_fen) / cost_fen
