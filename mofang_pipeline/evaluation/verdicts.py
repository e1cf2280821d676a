"""What may be said of a metric in one word."""

from mofang_pipeline.evaluation.ratio import is_mismatch

LESS_IS_BETTER = ("unbind_rate", "complaint_rate")


def verdict(
    metric: str, effect: float, p_adjusted: float | None, *, alpha: float, method: str,
    srm_p: float | None = None, live: bool = False,
) -> str:  # fmt: skip
    """better, worse or unclear; `withheld` with a sample ratio mismatch, `directional` without a control arm.

    While the campaign is live `alpha` is one daily reading's, and what is not yet clear is `running`.
    """
    if is_mismatch(srm_p):
        return "withheld"
    if method == "did":
        return "directional"
    if p_adjusted is None or p_adjusted >= alpha or effect == 0:
        return "running" if live else "unclear"
    return "better" if (effect > 0) != (metric in LESS_IS_BETTER) else "worse"


def roi_verdict(low: float | None, high: float | None, *, srm_p: float | None, live: bool) -> str:
    """The same of an incremental ROI, whose zero is to earn what it cost."""
    if is_mismatch(srm_p):
        return "withheld"
    if live:
        return "running"
    if low is not None and low > 0:
        return "better"
    return "worse" if high is not None and high < 0 else "unclear"
