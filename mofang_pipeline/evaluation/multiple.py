"""Benjamini-Hochberg over the metrics beyond the primary: the share of false findings among them stays at alpha."""

from collections.abc import Mapping
from typing import TypeVar

from statsmodels.stats.multitest import multipletests

Key = TypeVar("Key")


def adjusted(p_values: Mapping[Key, float | None], primary: set[Key]) -> dict[Key, float | None]:
    """The same keys with adjusted p-values; those of the primary as they are, None where there is none."""
    family = {key: p for key, p in p_values.items() if p is not None and key not in primary}
    found = dict(p_values)
    if family:
        corrected = multipletests(list(family.values()), method="fdr_bh")[1]
        found.update(zip(family, map(float, corrected), strict=True))
    return found
