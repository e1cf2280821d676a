"""What dbt's own tests of keys and relationships found, in the same form as every other check.

dbt runs them and says how they ended; here that is only read from its record of the run.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mofang_pipeline.quality.results import Check, CheckResult

TABLE = "dbt"
WHY = "keys and relationships of the models hold, or nothing built on them can be trusted"
ENDED = {"pass", "warn", "fail", "error"}  # a skipped test says nothing new


def record(target: Path) -> Mapping[str, Any]:
    """dbt's run_results.json under `target`; empty where dbt did not come so far as to write it."""
    path = target / "run_results.json"
    found: Mapping[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {"results": []}
    return found


def results(run_results: Mapping[str, Any], days: Sequence[date]) -> list[CheckResult]:
    """One result a test and day of the run; dbt looks at the run's days together, so it speaks for each of them."""
    return [_result(test, day) for test in _tests(run_results) for day in days]


def _tests(run_results: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for each in run_results["results"]:
        if each["unique_id"].startswith("test.") and each["status"] in ENDED:
            yield each


def _result(test: Mapping[str, Any], day: date) -> CheckResult:
    name = test["unique_id"].split(".")[2]
    severity = "warning" if test["status"] == "warn" else "critical"
    check = Check(TABLE, name, severity, WHY)  # type: ignore[arg-type]
    if test["status"] == "pass":
        return CheckResult(day, check)
    rows = int(test.get("failures") or 1)
    message = " ".join(str(test.get("message") or test["status"]).split())
    return CheckResult(day, check, rows, ((name, message),))


def failed_line(run_results: Mapping[str, Any]) -> str:
    """One line for a run that dbt did not finish: its first failed test or model, and how many more."""
    failed = [each for each in run_results["results"] if each["status"] in ("fail", "error")]
    if not failed:
        return "dbt build failed; see the run's log"
    first = failed[0]
    message = " ".join(str(first.get("message") or first["status"]).split())
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"dbt: {first['unique_id'].split('.')[2]}: {message}{more}"
