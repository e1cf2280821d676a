"""Intervals that may be read every day while a campaign is live, and acted upon on any of them.

The data of a campaign change once a day, so a window of T days has T readings at most. Each is given alpha / T of the
error: whatever the readings have to do with each other, the chance that any of them misses is alpha at most. A mixture
boundary (mSPRT) would be narrower at its best day, but needs outcomes whose increments are independent of the past.
Those of one fixed audience are not: who has paid for the first time cannot do so again, and heavy payers stay heavy.
"""

from datetime import date


def readings(first: date, last: date) -> int:
    """How many daily readings a window has."""
    return (last - first).days + 1


def reading_alpha(alpha: float, first: date, last: date) -> float:
    """The error that one daily reading may take, so that all of the window together take `alpha`."""
    return alpha / readings(first, last)
