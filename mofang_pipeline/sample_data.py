"""Made-up days in the landing zone: for `mofang generate`, and once for the demo.

How a customer lives is the generator's business; here only which days, and whether they are there already.
"""

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from mofang_pipeline.console_steps import AS_BEFORE, Step
from mofang_pipeline.home import Home

HISTORY_DAYS = 365  # the longest window of customer_wide
SEED = 1


class SampleDataError(Exception):
    """The landing zone holds something else than the sample that was asked for."""


@dataclass(frozen=True)
class Sample:
    """`days` to be computed up to `last`, with a year landed before them."""

    customers: int
    days: int
    last: date

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def first_landed(self) -> date:
        return self.first - timedelta(days=HISTORY_DAYS)

    def written(self) -> dict[str, object]:
        return {"customers": self.customers, "from": str(self.first_landed), "to": str(self.last)}


def generate_landing(home: Home, *, customers: int, first: date, last: date, seed: int, step: Step) -> None:
    """Fills the home's landing zone with made-up days; the same arguments give the same files."""
    from mofang_pipeline.generator import generate

    summary = generate(
        home.landing,
        customers=customers,
        first=first,
        last=last,
        seed=seed,
        organisations=_rows(home, "organisations.csv"),
        institutions=_rows(home, "institutions.csv"),
        progress=lambda day: step(str(day)),
    )
    step(f"{sum(summary.rows.values()):,} rows in {summary.files:,} files under {summary.landing}")


def ensure_landing(home: Home, sample: Sample, step: Step) -> None:
    """The sample in the landing zone, made if missing; made again if an earlier try was interrupted."""
    marker = home.root / "sample.json"
    before = json.loads(marker.read_text()) if marker.exists() else None
    if before is None and any(home.landing.iterdir()):
        raise SampleDataError(
            f"{home.landing} holds files that are not the demo's; use `mofang run`, or another MOFANG_HOME"
        )
    if before and before["sample"] != sample.written():
        raise SampleDataError(
            f"{home.root} holds the sample {before['sample']}; ask for the same, or use another MOFANG_HOME"
        )
    if before and before["complete"]:
        return step(AS_BEFORE)
    _write(marker, sample, complete=False)
    generate_landing(
        home, customers=sample.customers, first=sample.first_landed, last=sample.last, seed=SEED, step=step
    )
    _write(marker, sample, complete=True)


def _write(marker: Path, sample: Sample, *, complete: bool) -> None:
    marker.write_text(json.dumps({"sample": sample.written(), "complete": complete}) + "\n")


def _rows(home: Home, name: str) -> list[dict[str, object]]:
    with (home.rulebook / name).open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]
