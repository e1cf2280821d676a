"""What a check found: one result a day, with its failing rows, and how both are written to the lake."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

from mofang_pipeline.published import insert_rows

Severity = Literal["critical", "warning"]
FAILURES_KEPT = 10_000  # rows a check and day; how many more there are is written beside them


@dataclass(frozen=True)
class Check:
    """A rule on a published table: 'critical' stops what comes after, 'warning' is only written down."""

    table_name: str
    check_name: str
    severity: Severity
    why: str


@dataclass(frozen=True)
class CheckResult:
    """What a check found on one day; `failures` are (row_key, reason) of at most FAILURES_KEPT rows."""

    day: date
    check: Check
    failing_rows: int = 0
    failures: tuple[tuple[str, str], ...] = ()

    @property
    def passed(self) -> bool:
        return self.failing_rows == 0

    @property
    def blocks(self) -> bool:
        return not self.passed and self.check.severity == "critical"

    @property
    def reason(self) -> str | None:
        """One line: how many rows fail, the first of them, and why it matters; None when passed."""
        if self.passed:
            return None
        row_key, reason = self.failures[0]
        return f"{self.failing_rows} row(s), first {row_key}: {reason}; {self.check.why}"


def passed(check: Check, days: Iterable[date]) -> list[CheckResult]:
    return [CheckResult(day, check) for day in days]


def found(
    connection: duckdb.DuckDBPyConnection, check: Check, days: Iterable[date], failing: str
) -> list[CheckResult]:
    """Results of `check`; the query `failing` returns (day, row_key, reason) of every row that fails."""
    rows = connection.execute(
        f"""
        select day, row_key, reason, rows_of_day
        from (
            select *, row_number() over (partition by day order by row_key) as place,
                count(*) over (partition by day) as rows_of_day
            from ({failing})
        )
        where place <= {FAILURES_KEPT}
        order by day, place
        """
    ).fetchall()
    kept: dict[date, list[tuple[str, str]]] = {}
    totals: dict[date, int] = {}
    for day, row_key, reason, rows_of_day in rows:
        kept.setdefault(day, []).append((row_key, reason))
        totals[day] = rows_of_day
    return [CheckResult(day, check, totals.get(day, 0), tuple(kept.get(day, ()))) for day in days]


def write(connection: duckdb.DuckDBPyConnection, results: Sequence[CheckResult]) -> None:
    """Replaces all that is known of the tables and days in `results`, in one transaction."""
    if not results:
        return
    scope = {
        "tables": sorted({result.check.table_name for result in results}),
        "days": sorted({result.day for result in results}),
    }
    connection.execute("begin")
    try:
        for table in ("mart.data_quality_result", "mart.data_quality_failure"):
            _delete(connection, table, scope)
        insert_rows(connection, "mart.data_quality_result", [_result_row(result) for result in results])
        failures = [row for result in results for row in _failure_rows(result)]
        insert_rows(connection, "mart.data_quality_failure", failures)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _delete(connection: duckdb.DuckDBPyConnection, table: str, scope: Mapping[str, object]) -> None:
    connection.execute(
        f"""delete from {table}
        where table_name in (select unnest($tables)) and day in (select unnest($days))""",
        scope,
    )


def _result_row(result: CheckResult) -> tuple[object, ...]:
    check = result.check
    return (
        result.day, check.table_name, check.check_name, check.severity, result.passed, result.failing_rows,
        result.reason,
    )  # fmt: skip


def _failure_rows(result: CheckResult) -> list[tuple[object, ...]]:
    head = (result.day, result.check.table_name, result.check.check_name)
    rows: list[tuple[object, ...]] = [(*head, row_key, reason) for row_key, reason in result.failures]
    if more := result.failing_rows - len(result.failures):
        rows.append((*head, "(more)", f"{more} more row(s) fail and are not listed"))
    return rows
