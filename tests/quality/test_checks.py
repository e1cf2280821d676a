"""From results to Dagster: what is an error, what a warning, and the line that is read."""

from datetime import date

import dagster as dg
import pytest

from mofang_pipeline.quality.results import Check, CheckResult, Severity
from mofang_pipeline.steps.checks import of_table, outcome
from tests.quality.conftest import D0, D1


def result(day: date, severity: Severity) -> CheckResult:
    return CheckResult(day, Check("t", "rule", severity, "because"), 1, (("payment, f", "low"),))


@pytest.mark.parametrize(
    ("day", "severity", "expected"),
    [
        (D1, "critical", dg.AssetCheckSeverity.ERROR),
        (D1, "warning", dg.AssetCheckSeverity.WARN),
        (D0, "critical", dg.AssetCheckSeverity.WARN),  # a restated day holds back itself, not the night
    ],
)
def test_what_blocks(day: date, severity: Severity, expected: dg.AssetCheckSeverity) -> None:
    found = outcome([result(day, severity)], (D1, D1))
    assert (found.passed, found.severity) == (False, expected)


def test_line_names_day_and_rule() -> None:
    found = outcome([result(D0, "warning"), result(D1, "critical")], (D1, D1))
    assert found.description == f"{D1} rule: 1 row(s), first payment, f: low; because (and 1 more)"


@pytest.mark.parametrize(("table", "expected"), [("payment", False), ("account", True)])
def test_landed_tables_are_told_apart(table: str, expected: bool) -> None:
    assert of_table(result(D1, "critical"), table).passed is expected
