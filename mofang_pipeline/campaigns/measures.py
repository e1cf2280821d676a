"""Metrics over an audience as sums per arm: what the engine does, so that nothing here grows with the audience.

A metric over days first..last is known exactly on any day on or after: payments from the signed ledger, bindings and
complaints from the landed events, assets from the landed states, segments from the day's membership.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.published import statement
from mofang_pipeline.rulebook.campaign import TO_SEGMENT

Connection = duckdb.DuckDBPyConnection
DAY = timedelta(days=1)
SOURCES = {
    "pay_rate": "payments", "pay_cnt": "payments", "pay_amt": "payments",
    "bind_rate": "bindings", "unbind_rate": "bindings",
    "complaint_rate": "complaints", "aum_change": "assets",
}  # fmt: skip


@dataclass(frozen=True)
class Days:
    """The days first..last, both included."""

    first: date
    last: date

    def before(self) -> "Days":
        """The equal-long days just before."""
        return Days(self.first - (self.last - self.first) - DAY, self.first - DAY)


@dataclass(frozen=True)
class Cell:
    """One arm and stratum of one metric."""

    arm: str
    stratum: str
    metric: str


def choose_audience(connection: Connection, campaign_id: str) -> dict[str, int]:
    """campaign_subject: the campaign's audience; customers by arm."""
    connection.execute(
        """create or replace temp table campaign_subject as
        select customer_key, arm, '' as stratum from mart.campaign_audience where campaign = $campaign""",
        {"campaign": campaign_id},
    )
    return dict(connection.execute("select arm, count(*) from campaign_subject group by arm").fetchall())


def choose_comparison(connection: Connection, campaign_id: str, window: Days, as_of: date) -> None:
    """campaign_subject: the audience, and matched customers whom nobody targeted as `(comparison)` and `(placebo)`."""
    earliest = window.before().before()
    values = {
        "campaign": campaign_id, "first": window.first, "last": window.last, "as_of": as_of,
        "earliest": earliest.first, "earliest_end": earliest.last,
    }  # fmt: skip
    query = statement("campaigns/comparison")
    connection.execute(f"create or replace temp table campaign_subject as {query}", values)


def measure(
    connection: Connection, metrics: Iterable[str], periods: Mapping[str, Days], as_of: date
) -> set[tuple[str, str]]:
    """campaign_measure: what the subjects did, by metric and period; returns the (metric, period) that are not known.

    A segment is known on computed days only; everything else is known of any day.
    """
    connection.execute(
        """create or replace temp table campaign_measure (
            customer_key bigint, metric varchar, value bigint, period varchar
        )"""
    )
    asked = list(dict.fromkeys(metrics))
    unknown = set()
    for period, days in periods.items():
        for source in sorted({SOURCES[metric] for metric in asked if metric in SOURCES}):
            wanted = [metric for metric in asked if SOURCES.get(metric) == source]
            _measure(connection, source, period, days, {"as_of": as_of, "metrics": wanted})
        for metric in (each for each in asked if each.startswith(TO_SEGMENT)):
            if is_segmented(connection, days.last):
                segment = metric.removeprefix(TO_SEGMENT)
                _measure(connection, "segment", period, days, {"segment": segment, "metrics": [metric]})
            else:
                unknown.add((metric, period))
    return unknown


def _measure(
    connection: Connection, source: str, period: str, days: Days, values: Mapping[str, object]
) -> None:
    text = statement(f"campaigns/{source}")
    named = {"first": days.first, "last": days.last, **values, "period": period}
    query = f"""
        insert into campaign_measure
        select customer_key, metric, value, $period from ({text}) as measured
        where list_contains($metrics, metric) and value <> 0"""
    connection.execute(query, {name: value for name, value in named.items() if f"${name}" in query})


def is_segmented(connection: Connection, day: date) -> bool:
    query = "select count(*) from int.computed_day where kind = 'segments' and day = ?"
    return bool(connection.execute(query, [day]).fetchall()[0][0])


def sums(connection: Connection, metrics: Sequence[str], period: str, before: str) -> dict[Cell, Moments]:
    """The sums of every arm, stratum and metric, in `period` (y) and `before` it (x)."""
    counts = connection.execute("select arm, stratum, count(*) from campaign_subject group by all").fetchall()
    rows = connection.execute(statement("campaigns/sums"), {"period": period, "before": before}).fetchall()
    found = {Cell(*row[:3]): tuple(int(value) for value in row[3:]) for row in rows}
    return {
        cell: Moments(int(n), *found.get(cell, (0, 0, 0, 0, 0)))
        for arm, stratum, n in counts
        for cell in (Cell(arm, stratum, metric) for metric in metrics)
    }
