"""How many customers a plan needs: asked before a campaign is approved."""

import math

from statsmodels.stats.power import TTestIndPower


def needed(
    *, deviation: float, mde: float, alpha: float, power: float, control_per_treatment: float
) -> tuple[int, int] | None:
    """(treatment, control) for a two-sided Welch test to show `mde` with `power`; None where nothing varies.

    `deviation` is the metric's standard deviation, as in the equal-long period before; `mde` in the metric's unit.
    """
    if deviation <= 0 or mde <= 0 or control_per_treatment <= 0:
        return None
    size = TTestIndPower().solve_power(
        effect_size=mde / deviation, alpha=alpha, power=power, ratio=control_per_treatment
    )
    treatment = math.ceil(float(size))
    return treatment, math.ceil(treatment * control_per_treatment)


def detectable(*, deviation: float, treatment: int, control: int, alpha: float, power: float) -> float | None:
    """The smallest difference that these many customers show with `power`, in the metric's unit."""
    if deviation <= 0 or treatment < 2 or control < 2:
        return None
    size = TTestIndPower().solve_power(
        nobs1=treatment, alpha=alpha, power=power, ratio=control / treatment, effect_size=None
    )
    return float(size) * deviation
