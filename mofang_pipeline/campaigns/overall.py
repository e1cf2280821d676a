"""What all campaigns of a quarter brought together, against the global control group that none of them may reach.

Compared are the customers whom at least one campaign over a set wanted in the quarter: those of the global control
group with all others, whatever became of these. Who is wanted first does not depend on the lot, so both are of one
kind; who is wanted by nobody would only add noise. Not here: one campaign's own effect (results.py), and the lot itself
(audience.py).
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from mofang_pipeline.campaigns import measures
from mofang_pipeline.campaigns.measures import Cell, Days
from mofang_pipeline.campaigns.quarter import Quarter
from mofang_pipeline.campaigns.results import Effect, judged
from mofang_pipeline.evaluation.estimates import Estimate, cuped, raw
from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.evaluation.ratio import sample_ratio_p
from mofang_pipeline.evaluation.sequential import reading_alpha
from mofang_pipeline.lake import sql_list
from mofang_pipeline.published import insert_rows, statement
from mofang_pipeline.rulebook.model import Rulebook

Connection = duckdb.DuckDBPyConnection
Rows = list[tuple[object, ...]]
FOLLOWED_DAYS = 93  # after the quarter, in which late files still count
METRICS = ("pay_rate", "pay_cnt", "pay_amt")
GUARDRAILS = ("complaint_rate", "unbind_rate")
ALPHA = 0.05
FEWEST = 100  # customers of each kind for an interval: below, few or none of a small group pay at all
WANTED, KEPT_OUT = "campaigns", "global_control"


def evaluate(connection: Connection, rulebook: Rulebook, as_of: date, *, again: bool = False) -> int:
    """Writes mart.campaign_global_effect of each quarter that has begun, as known on `as_of`; rows written.

    A quarter is followed for a while and then left as it is; `again`: whether or not it is.
    """
    written = 0
    for quarter, window in _windows(connection).items():
        known_on = min(as_of, window.last + timedelta(days=FOLLOWED_DAYS))
        if window.first <= as_of and (again or not _is_left(connection, quarter, window, as_of)):
            written += _write(connection, quarter, read(connection, rulebook, quarter, window, known_on))
    return written


def _windows(connection: Connection) -> dict[Quarter, Days]:
    """Quarter -> from the first day of its first campaign over a set to its end."""
    rows = connection.execute(
        "select from_day from mart.campaign where set_name is not null and frozen_on is not null order by from_day"
    ).fetchall()
    found: dict[Quarter, Days] = {}
    for (first,) in rows:
        quarter = Quarter.of(first)
        found.setdefault(quarter, Days(first, quarter.last))
    return found


def _is_left(connection: Connection, quarter: Quarter, window: Days, as_of: date) -> bool:
    end = window.last + timedelta(days=FOLLOWED_DAYS)
    [(read_on,)] = connection.execute(
        "select max(as_of) from mart.campaign_global_effect where period = ?", [str(quarter)]
    ).fetchall()
    return as_of > end and read_on == end


def _write(connection: Connection, quarter: Quarter, rows: Rows) -> int:
    connection.execute("begin")
    try:
        connection.execute("delete from mart.campaign_global_effect where period = ?", [str(quarter)])
        insert_rows(connection, "mart.campaign_global_effect", rows)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return len(rows)


def read(connection: Connection, rulebook: Rulebook, quarter: Quarter, window: Days, as_of: date) -> Rows:
    """Rows of mart.campaign_global_effect; none of an organisation with fewer of either kind than may be shown."""
    so_far = Days(window.first, min(window.last, as_of))
    campaigns = _choose_subjects(connection, rulebook, so_far)
    metrics = (*METRICS, *GUARDRAILS)
    measures.measure(connection, metrics, {"window": so_far, "before": so_far.before()}, as_of)
    of_provinces = measures.sums(connection, metrics, "window", "before")
    share = rulebook.settings.global_control_share
    live = as_of < window.last
    alpha = reading_alpha(ALPHA, window.first, window.last) if live else ALPHA
    rows: Rows = []
    for org, sums in _by_organisation(of_provinces, rulebook).items():
        counts = {arm: sums[arm, METRICS[0]].n for arm in (WANTED, KEPT_OUT)}
        if min(counts.values()) < max(2, rulebook.settings.small_cell):
            continue
        srm_p = sample_ratio_p(counts, {WANTED: 1 - share, KEPT_OUT: share})
        for each in judged(tuple(_effects(sums, alpha)), None, srm_p, alpha=alpha, live=live):
            rows.append((
                str(quarter), org, so_far.first, so_far.last, campaigns[org], each.metric, each.method,
                *vars(each.estimate).values(), each.p_adjusted, srm_p, each.verdict, each.metric in GUARDRAILS,
                live, as_of,
            ))  # fmt: skip
    return rows


def _choose_subjects(connection: Connection, rulebook: Rulebook, days: Days) -> dict[str, int]:
    """campaign_subject: whom the campaigns that began on these days wanted, by province; organisation -> how many
    campaigns."""
    values = {"first": days.first, "last": days.last}
    frozen = connection.execute(
        "select distinct frozen_on from mart.campaign where from_day between $first and $last"
        " and set_name is not null and frozen_on is not null",
        values,
    ).fetchall()
    query = statement("campaigns/wanted").replace("{days}", sql_list(day for (day,) in frozen))
    connection.execute(f"create or replace temp table campaign_wanted as {query}", values)
    connection.execute(
        """create or replace temp table campaign_subject as
        select
            customer_key, case when min(is_kept_out) = 1 then $kept_out else $wanted end as arm,
            max(province) as stratum
        from campaign_wanted
        group by customer_key""",
        {"kept_out": KEPT_OUT, "wanted": WANTED},
    )
    rows = connection.execute(
        """select province, count(distinct campaign) from campaign_wanted
        group by grouping sets ((province), ())"""
    ).fetchall()
    return {
        rulebook.head_office.org_code if province is None else province: count for province, count in rows
    }


Sums = Mapping[tuple[str, str], Moments]  # (arm, metric)


def _by_organisation(of_provinces: Mapping[Cell, Moments], rulebook: Rulebook) -> dict[str, Sums]:
    """Head office, which is all provinces together, and each province that has a name."""
    nobody = Moments(0, 0, 0)
    found: dict[str, dict[tuple[str, str], Moments]] = defaultdict(lambda: defaultdict(lambda: nobody))
    for cell, sums in of_provinces.items():
        for org in {rulebook.head_office.org_code, cell.stratum} - {""}:
            found[org][cell.arm, cell.metric] += sums
    return dict(found)


def _effects(sums: Sums, alpha: float) -> Iterator[Effect]:
    for metric in (*METRICS, *GUARDRAILS):
        pair = sums[WANTED, metric], sums[KEPT_OUT, metric]
        for method, estimate in (("raw", raw(*pair, alpha=alpha)), ("cuped", cuped(*pair, alpha=alpha))):
            is_told = all(side.n >= FEWEST and side.variance > 0 for side in pair)
            yield Effect(WANTED, metric, method, estimate if is_told else _without_interval(estimate))


def _without_interval(estimate: Estimate) -> Estimate:
    """The difference alone: so few customers, or all alike, do not tell how far it may be from the truth."""
    return replace(estimate, se=None, ci_low=None, ci_high=None, p_value=None)
