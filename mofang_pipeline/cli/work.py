"""`mofang generate` and `mofang run`: the commands that write."""

import csv
from datetime import date

from mofang_pipeline.cli.failures import CommandError
from mofang_pipeline.cli.progress import progress
from mofang_pipeline.home import Home


def generate_landing(home: Home, *, customers: int, first: date, last: date, seed: int) -> None:
    """Fills the home's landing zone with made-up days."""
    from mofang_pipeline.generator import generate

    with progress(f"generate {customers:,} customers") as step:
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


def run(home: Home, *, first: date, last: date, provinces: tuple[str, ...]) -> None:
    """Materialises the days, unless the rulebook is invalid: then nothing runs."""
    from mofang_pipeline.rulebook import read_rulebook, require_valid

    rulebook = require_valid(read_rulebook(home.rulebook))
    tier1 = [code for code, org in rulebook.organisations.items() if org.level == "tier1"]
    unknown = [code for code in provinces if code not in tier1]
    if unknown:
        raise CommandError(f"--province {', '.join(unknown)}: not a tier-1 branch of {home.rulebook}")

    from mofang_pipeline.runs import run_days  # imports Dagster: only once it is certain that it will run

    with progress(f"run {first} to {last}") as step:
        run_days(home, first=first, last=last, provinces=provinces, progress=step)


def _rows(home: Home, name: str) -> list[dict[str, object]]:
    with (home.rulebook / name).open(encoding="utf-8-sig", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]
