"""The quarter of the year, for which the global control group is drawn anew and read as a whole."""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Quarter:
    """Written as 2026Q2."""

    year: int
    number: int

    @staticmethod
    def of(day: date) -> "Quarter":
        return Quarter(day.year, (day.month + 2) // 3)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        return date(self.year + self.number // 4, self.number % 4 * 3 + 1, 1) - timedelta(days=1)
