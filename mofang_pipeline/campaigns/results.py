"""Effects of one campaign as rows, from its sums: raw and cuped against control, did where there is no control."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import duckdb

from mofang_pipeline.campaigns import measures
from mofang_pipeline.campaigns.measures import Cell, Days
from mofang_pipeline.evaluation.estimates import Estimate, cuped, raw
from mofang_pipeline.evaluation.matched import Stratum, did
from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.evaluation.multiple import adjusted
from mofang_pipeline.evaluation.ratio import sample_ratio_p
from mofang_pipeline.evaluation.sequential import reading_alpha
from mofang_pipeline.evaluation.verdicts import verdict
from mofang_pipeline.rulebook.campaign import CONTROL, Campaign

Connection = duckdb.DuckDBPyConnection
Sums = Mapping[Cell, Moments]
COMPARISON, PLACEBO = "(comparison)", "(placebo)"
HORIZONS = (30, 60, 90)  # days after the window in which its effect may last


@dataclass(frozen=True)
class Effect:
    """One row of mart.campaign_effect."""

    arm: str
    metric: str
    method: str
    estimate: Estimate
    p_adjusted: float | None = None
    verdict: str = ""
    pretrend_p: float | None = None
    placebo_p: float | None = None


@dataclass(frozen=True)
class Reading:
    """All effects of a campaign as read on one day."""

    campaign: Campaign
    as_of: date
    srm_p: float | None
    effects: tuple[Effect, ...]

    @property
    def is_sequential(self) -> bool:
        return self.as_of < self.campaign.last

    def rows(self) -> list[tuple[object, ...]]:
        """Rows of mart.campaign_effect."""
        plan = self.campaign.plan
        return [
            (
                self.campaign.id, each.arm, each.metric, each.method, *vars(each.estimate).values(),
                each.p_adjusted, self.srm_p, each.verdict, each.metric == plan.primary,
                each.metric in plan.guardrails, self.is_sequential, each.pretrend_p, each.placebo_p, self.as_of,
            )
            for each in self.effects
        ]  # fmt: skip

    def reading_rows(self) -> list[tuple[object, ...]]:
        """Rows of mart.campaign_reading."""
        return [
            (
                self.as_of, self.campaign.id, each.arm, each.metric, each.method, each.estimate.effect,
                each.estimate.se, each.estimate.ci_low, each.estimate.ci_high, each.verdict,
            )
            for each in self.effects
        ]  # fmt: skip


def read(connection: Connection, campaign: Campaign, as_of: date, *, is_daily: bool = False) -> Reading:
    """The campaign's effects as known on `as_of`, over the window so far; empty before its first day.

    `is_daily`: one of the readings of all days of the window, whose intervals hold together; the last is one too.
    """
    counts = measures.choose_audience(connection, campaign.id)
    srm_p = sample_ratio_p(counts, campaign.arms)
    if as_of < campaign.first or not counts:
        return Reading(campaign, as_of, srm_p, ())
    window = Days(campaign.first, min(as_of, campaign.last))
    live = as_of < campaign.last
    alpha = float(campaign.plan.alpha)
    alpha = reading_alpha(alpha, campaign.first, campaign.last) if live or is_daily else alpha
    found = _against_control if CONTROL in counts else _against_matched
    effects = tuple(found(connection, campaign, window, as_of, alpha))
    return Reading(
        campaign, as_of, srm_p, judged(effects, campaign.plan.primary, srm_p, alpha=alpha, live=live)
    )


def judged(
    effects: Sequence[Effect], primary: str | None, srm_p: float | None, *, alpha: float, live: bool
) -> tuple[Effect, ...]:
    """The same effects with adjusted p-values, one family a method but for the primary metric, and verdicts."""
    p_adjusted: dict[tuple[str, str, str], float | None] = {}
    for method in {each.method for each in effects}:
        mine = {
            (each.arm, each.metric, method): each.estimate.p_value
            for each in effects
            if each.method == method
        }
        p_adjusted |= adjusted(mine, {key for key in mine if key[1] == primary})
    return tuple(
        replace(
            each,
            p_adjusted=(p := p_adjusted[each.arm, each.metric, each.method]),
            verdict=verdict(
                each.metric, each.estimate.effect, p, alpha=alpha, method=each.method, srm_p=srm_p, live=live
            ),
        )
        for each in effects
    )


def _against_control(
    connection: Connection, campaign: Campaign, window: Days, as_of: date, alpha: float
) -> Iterator[Effect]:
    metrics = campaign.plan.asked
    unknown = measures.measure(connection, metrics, {"window": window, "before": window.before()}, as_of)
    sums = measures.sums(connection, metrics, "window", "before")
    for arm in sorted({cell.arm for cell in sums} - {CONTROL}):
        for metric in metrics:
            if (metric, "window") in unknown:
                continue
            pair = sums[Cell(arm, "", metric)], sums[Cell(CONTROL, "", metric)]
            yield Effect(arm, metric, "raw", raw(*pair, alpha=alpha))
            if (metric, "before") not in unknown:
                yield Effect(arm, metric, "cuped", cuped(*pair, alpha=alpha))


def _against_matched(
    connection: Connection, campaign: Campaign, window: Days, as_of: date, alpha: float
) -> Iterator[Effect]:
    metrics, before = campaign.plan.asked, window.before()
    measures.choose_comparison(connection, campaign.id, window, as_of)
    periods = {"window": window, "before": before, "earlier": before.before()}
    unknown = measures.measure(connection, metrics, periods, as_of)
    after, ahead = (
        measures.sums(connection, metrics, *pair) for pair in (("window", "before"), ("before", "earlier"))
    )
    for arm in sorted({cell.arm for cell in after} - {COMPARISON, PLACEBO}):
        for metric in metrics:
            if {(metric, "window"), (metric, "before")} & unknown:
                continue
            estimate = did(_strata(after, arm, metric), alpha=alpha)
            if estimate is not None:
                trend = None if (metric, "earlier") in unknown else did(_strata(ahead, arm, metric))
                placebo = did(_placebo_strata(after, metric))
                yield Effect(
                    arm, metric, "did", estimate,
                    pretrend_p=trend.p_value if trend else None,
                    placebo_p=placebo.p_value if placebo else None,
                )  # fmt: skip


def _strata(sums: Sums, arm: str, metric: str) -> list[Stratum]:
    nobody = Moments(0, 0, 0)
    return [
        Stratum(
            _change(mine),
            _change(sums.get(Cell(COMPARISON, cell.stratum, metric), nobody))
            + _change(sums.get(Cell(PLACEBO, cell.stratum, metric), nobody)),
        )
        for cell, mine in sums.items()
        if cell.arm == arm and cell.metric == metric
    ]


def _placebo_strata(sums: Sums, metric: str) -> list[Stratum]:
    """One half of the comparison customers as if they had been treated, against the other half."""
    nobody = Moments(0, 0, 0)
    return [
        Stratum(_change(mine), _change(sums.get(Cell(COMPARISON, cell.stratum, metric), nobody)))
        for cell, mine in sums.items()
        if cell.arm == PLACEBO and cell.metric == metric
    ]


def _change(sums: Moments) -> Moments:
    """Sums of y - x."""
    return Moments(sums.n, sums.y - sums.x, sums.yy - 2 * sums.xy + sums.xx)


def persistence(connection: Connection, campaign: Campaign, as_of: date) -> list[tuple[object, ...]]:
    """Rows of mart.campaign_persistence: the plan's metrics in the 30, 60 and 90 days after the window, where over."""
    counts = measures.choose_audience(connection, campaign.id)
    reached = [days for days in HORIZONS if as_of >= campaign.last + timedelta(days=days)]
    if CONTROL not in counts or not reached:
        return []
    metrics = tuple(dict.fromkeys((campaign.plan.primary, *campaign.plan.metrics)))
    day_after = campaign.last + measures.DAY
    periods = {str(days): Days(day_after, campaign.last + timedelta(days=days)) for days in reached}
    unknown = measures.measure(connection, metrics, periods, as_of)
    rows: list[tuple[object, ...]] = []
    for days in reached:
        sums = measures.sums(connection, metrics, str(days), str(days))
        for arm in sorted(set(counts) - {CONTROL}):
            for metric in metrics:
                if (metric, str(days)) not in unknown:
                    pair = sums[Cell(arm, "", metric)], sums[Cell(CONTROL, "", metric)]
                    found = raw(*pair, alpha=float(campaign.plan.alpha))
                    rows.append((campaign.id, arm, metric, days, *vars(found).values(), as_of))
    return rows
