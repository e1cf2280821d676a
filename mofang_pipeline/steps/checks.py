"""Asset checks: which suites and identities are asked of which asset, and what stops the run.

A failed critical check of one of the run's own days is an error: what comes after does not run, and readers
keep the snapshot that is published. One of a restated day is a warning here: that day is held back
(plan.days_to_segment), the night is not. Keys and relationships are dbt's own tests, checks by themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
import duckdb

from mofang_pipeline import transitions
from mofang_pipeline.landing.contract import TABLES
from mofang_pipeline.quality import days as quality_days
from mofang_pipeline.quality.expectations import run_suite
from mofang_pipeline.quality.identities import run_identities
from mofang_pipeline.quality.results import CheckResult, write
from mofang_pipeline.quality.suites import read_suite
from mofang_pipeline.rulebook.model import Settings
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang

ChooseDays = Callable[[duckdb.DuckDBPyConnection, date, date, Settings], list[date]]
ROWS_SHOWN = 20
NAME = "quality"


def _landed(connection: duckdb.DuckDBPyConnection, first: date, last: date, _: Settings) -> list[date]:
    return quality_days.landed(connection, first, last)


def _computed(kind: quality_days.Kind) -> ChooseDays:
    def choose(
        connection: duckdb.DuckDBPyConnection, first: date, last: date, settings: Settings
    ) -> list[date]:
        window = settings.restatement_days
        return quality_days.computed(connection, kind, first, last, restatement_days=window)

    return choose


def _of_campaigns(table: str) -> ChooseDays:
    """The day that campaigns are known on, where it is one of the run's: none where there are no campaigns."""

    def choose(connection: duckdb.DuckDBPyConnection, first: date, last: date, _: Settings) -> list[date]:
        query = f"select distinct as_of from {table} where as_of between $first and $last order by as_of"
        return [row[0] for row in connection.execute(query, {"first": first, "last": last}).fetchall()]

    return choose


def _compared(
    connection: duckdb.DuckDBPyConnection, first: date, last: date, settings: Settings
) -> list[date]:
    segmented = _computed("segments")(connection, first, last, settings)
    return transitions.days_to_compare(connection, segmented)


@dataclass(frozen=True)
class Question:
    """What is asked of an asset: the suites and identities of these tables, on the days `choose` gives."""

    asset: str
    tables: tuple[str, ...]
    choose: ChooseDays
    blocking: bool = True


QUESTIONS = (
    Question("customer_wide", ("customer_wide",), _computed("wide")),
    Question("segment_membership", ("segment_node", "segment_membership"), _computed("segments")),
    Question("segment_profile_daily", ("segment_profile_daily",), _computed("segments")),
    Question("segment_distribution_daily", ("segment_distribution_daily",), _computed("segments")),
    Question("segment_edge_daily", ("segment_edge_daily",), _computed("segments"), blocking=False),
    Question("segment_transition_daily", ("segment_transition_daily",), _compared),
    Question(
        "segment_set_member",
        ("segment_set_member", "segment_set_size_daily"),
        _computed("segments"),
        blocking=False,
    ),
    Question("push_leaver", ("push_manifest", "push_leaver"), _computed("segments"), blocking=False),
    Question(
        "campaign_reconciliation", ("campaign_reconciliation", "campaign_break"), _computed("reconciled")
    ),
    Question("campaign_audience", ("campaign_audience",), _of_campaigns("mart.campaign")),
    Question("campaign_effect", ("campaign_effect",), _of_campaigns("mart.campaign_effect"), blocking=False),
    Question("published", ("day_status",), _landed, blocking=False),
)
LANDING = Question("landed", ("landing_file", "quarantine"), _landed)


def build(days: dg.PartitionsDefinition[str]) -> list[dg.AssetChecksDefinition]:
    return [_build_landing(days), *(_build(question, days) for question in QUESTIONS)]


def _build(question: Question, days: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=question.asset,
        name=NAME,
        blocking=question.blocking,
        partitions_def=days,
        pool="lake_writer",
        description=f"expectations/ and identities of {', '.join(question.tables)}.",
    )
    def quality(context: dg.AssetCheckExecutionContext, mofang: Mofang) -> dg.AssetCheckResult:
        return outcome(answer(question, mofang, days_of(context)), days_of(context))

    return quality


def _build_landing(days: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    specs = [
        dg.AssetCheckSpec(
            NAME, asset=["landed", table.name], blocking=True, partitions_def=days,
            description="Suites landing_file and quarantine; rows in = loaded + quarantined + duplicate.",
        )
        for table in TABLES
    ]  # fmt: skip

    @dg.multi_asset_check(name="landing_quality", specs=specs, pool="lake_writer")
    def landing_quality(
        context: dg.AssetCheckExecutionContext, mofang: Mofang
    ) -> Iterator[dg.AssetCheckResult]:
        run_days = days_of(context)
        results = answer(LANDING, mofang, run_days)
        for table in TABLES:
            mine = [of_table(result, table.name) for result in results]
            yield outcome(mine, run_days, ["landed", table.name])

    return landing_quality


def of_table(result: CheckResult, table: str) -> CheckResult:
    """The part of a result on landed files that concerns one landed table."""
    mine = tuple(failure for failure in result.failures if failure[0].startswith(table))
    return CheckResult(result.day, result.check, len(mine), mine)


def answer(question: Question, mofang: Mofang, run_days: tuple[date, date]) -> list[CheckResult]:
    """Asks the question for the run's days, writes what was found, and returns it."""
    settings = mofang.rulebook().settings
    with mofang.writer() as connection:
        checked = question.choose(connection, *run_days, settings)
        results: list[CheckResult] = []
        for table in question.tables:
            results += run_suite(connection, read_suite(table), checked, volume_floor=settings.volume_floor)
            results += run_identities(connection, table, checked)
        write(connection, results)
    return results


def outcome(
    results: Sequence[CheckResult], run_days: tuple[date, date], asset: Sequence[str] | None = None
) -> dg.AssetCheckResult:
    """One Dagster result: an error where a critical rule fails on one of the run's own days."""
    failed = sorted(
        (result for result in results if not result.passed), key=lambda each: (not each.blocks, each.day)
    )
    blocks = any(result.blocks and run_days[0] <= result.day <= run_days[1] for result in failed)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(asset) if asset else None,
        check_name=NAME if asset else None,
        passed=not failed,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description=_line(failed),
        metadata=_metadata(results, failed),
    )


def _line(failed: Sequence[CheckResult]) -> str | None:
    """The first failure in one line, and how many more there are."""
    if not failed:
        return None
    first = failed[0]
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"{first.day} {first.check.check_name}: {first.reason}{more}"


def _metadata(results: Sequence[CheckResult], failed: Sequence[CheckResult]) -> dict[str, Any]:
    lines = ["| day | table | rule | severity | rows | first |", "|---|---|---|---|---|---|"]
    for each in failed[:ROWS_SHOWN]:
        check, (row_key, reason) = each.check, each.failures[0]
        cells = (each.day, check.table_name, check.check_name, check.severity, each.failing_rows)
        lines.append("| " + " | ".join(map(str, cells)) + f" | {row_key}: {reason} |")
    return {
        "days": len({result.day for result in results}),
        "rules": len({result.check for result in results}),
        "failed": len(failed),
        "failing rules": dg.MetadataValue.md("\n".join(lines) if failed else "none"),
    }
