"""Sums over one arm's customers, and the means and variances that follow. Exact: the sums are whole numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Moments:
    """n customers; sums of a metric y, of its covariate x (the same metric before the window) and their products.

    Counts, shares and fen are whole numbers, so sums of any size are exact and no cancellation can spoil a variance.
    """

    n: int
    y: int
    yy: int
    x: int = 0
    xx: int = 0
    xy: int = 0

    @staticmethod
    def of(values: Iterable[int], before: Iterable[int] | None = None) -> "Moments":
        """The sums over customers given one by one."""
        ys = [int(value) for value in values]
        xs = [0] * len(ys) if before is None else [int(value) for value in before]
        products = (y * x for y, x in zip(ys, xs, strict=True))
        return Moments(
            len(ys), sum(ys), sum(y * y for y in ys), sum(xs), sum(x * x for x in xs), sum(products)
        )

    @staticmethod
    def of_share(n: int, count: int) -> "Moments":
        """n customers of whom `count` have 1 and the others 0."""
        return Moments(n, count, count)

    def __add__(self, other: "Moments") -> "Moments":
        return Moments(*(mine + theirs for mine, theirs in zip(self._sums, other._sums, strict=True)))

    @property
    def _sums(self) -> tuple[int, int, int, int, int, int]:
        return (self.n, self.y, self.yy, self.x, self.xx, self.xy)

    @cached_property
    def mean(self) -> float:
        return self.y / self.n

    @cached_property
    def mean_before(self) -> float:
        return self.x / self.n

    @cached_property
    def variance(self) -> float:
        """Of y, with n - 1."""
        return self._product(self.yy, self.y, self.y)

    @cached_property
    def variance_before(self) -> float:
        return self._product(self.xx, self.x, self.x)

    @cached_property
    def covariance(self) -> float:
        return self._product(self.xy, self.x, self.y)

    @property
    def correlation(self) -> float:
        """Of the metric in the window and before it; 0 where one of them does not vary."""
        spread = (self.variance * self.variance_before) ** 0.5
        return self.covariance / spread if spread else 0.0

    def _product(self, products: int, left: int, right: int) -> float:
        """Centred sum of products over n - 1, in whole numbers up to the last division."""
        return (self.n * products - left * right) / (self.n * (self.n - 1))
