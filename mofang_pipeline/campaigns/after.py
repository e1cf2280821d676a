"""What else came of a campaign: its funnel, what it earned, where customers went, what other campaigns did to it."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import duckdb

from mofang_pipeline.campaigns import measures
from mofang_pipeline.campaigns.budget import spent
from mofang_pipeline.campaigns.measures import Cell, Days
from mofang_pipeline.campaigns.results import HORIZONS
from mofang_pipeline.evaluation.estimates import Estimate, raw
from mofang_pipeline.evaluation.moments import Moments
from mofang_pipeline.evaluation.ratio import is_mismatch
from mofang_pipeline.evaluation.roi import Cost, incremental_roi
from mofang_pipeline.evaluation.verdicts import roi_verdict
from mofang_pipeline.published import statement
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import changed_provinces, everywhere, segments_under
from mofang_pipeline.rulebook.campaign import CONTROL, Campaign
from mofang_pipeline.rulebook.model import Rulebook

Connection = duckdb.DuckDBPyConnection
Rows = list[tuple[object, ...]]


def funnel(connection: Connection, campaign: Campaign, as_of: date) -> Rows:
    """Rows of mart.campaign_funnel: of each arm's customers, how many came how far."""
    measures.choose_audience(connection, campaign.id)
    values = {"campaign": campaign.id, "first": campaign.first, "last": campaign.last, "as_of": as_of}
    rows = connection.execute(statement("campaigns/funnel"), values).fetchall()
    return [(campaign.id, *row, as_of) for row in rows]


def roi(connection: Connection, campaign: Campaign, as_of: date, srm_p: float | None) -> Rows:
    """The row of mart.campaign_roi; none without a margin rate or a control arm."""
    counts = measures.choose_audience(connection, campaign.id)
    arms = sorted(set(counts) - {CONTROL})
    if campaign.margin_rate is None or CONTROL not in counts or not arms or as_of < campaign.first:
        return []
    window = Days(campaign.first, min(as_of, campaign.last))
    measures.measure(connection, ["pay_amt"], {"window": window}, as_of)
    sums = measures.sums(connection, ["pay_amt"], "window", "window")
    contacts, rewards, open_fen = _costs(connection, campaign, as_of)
    found = incremental_roi(
        [sums[Cell(arm, "", "pay_amt")] for arm in arms],
        sums[Cell(CONTROL, "", "pay_amt")],
        margin_rate=float(campaign.margin_rate),
        cost=Cost(contacts + rewards, open_fen),
        alpha=float(campaign.plan.alpha),
    )
    ratios = (None, None, None) if is_mismatch(srm_p) else (found.roi, found.roi_low, found.roi_high)
    word = roi_verdict(found.roi_low, found.roi_high, srm_p=srm_p, live=as_of < campaign.last)
    return [
        (
            campaign.id, found.incremental_pay_fen, found.margin_fen, found.margin_low_fen, found.margin_high_fen,
            contacts, rewards, open_fen, campaign.budget_fen, *ratios, word, as_of,
        )
    ]  # fmt: skip


def _costs(connection: Connection, campaign: Campaign, as_of: date) -> tuple[int, int, int]:
    """(contacts, reconciled rewards, open breaks) in fen."""
    return spent(connection, campaign, as_of).contact_fen, *_reconciled(connection, campaign.id, as_of)


def _reconciled(connection: Connection, campaign_id: str, as_of: date) -> tuple[int, int]:
    """What reconciliation says: fen that both sides agree on, and fen of breaks that nobody has resolved."""
    [(settled, unsure)] = connection.execute(
        statement("campaigns/reconciled"), {"campaign": campaign_id, "as_of": as_of}
    ).fetchall()
    return int(settled), int(unsure)


def transitions(connection: Connection, rulebook: Rulebook, campaign: Campaign, as_of: date) -> Rows:
    """Rows of mart.campaign_transition: from the day before the window to its end and 30, 60, 90 days after.

    Both days under the earlier day's rules where those have changed since, so a move that the rule made is none.
    Days that are not computed, or whose rules are not at hand any more, have no rows.
    """
    counts = measures.choose_audience(connection, campaign.id)
    start = campaign.first - measures.DAY
    if CONTROL not in counts or not measures.is_segmented(connection, start):
        return []
    rows: Rows = []
    for horizon in (0, *HORIZONS):
        end = campaign.last + timedelta(days=horizon)
        if (
            end <= as_of
            and measures.is_segmented(connection, end)
            and _replay(connection, rulebook, start, end)
        ):
            moved = connection.execute(
                statement("campaigns/transitions"), {"start": start, "end": end}
            ).fetchall()
            rows += _extra(campaign, counts, horizon, moved, as_of)
    return rows


def _replay(connection: Connection, rulebook: Rulebook, start: date, end: date) -> bool:
    """campaign_replayed: the subjects whom other rules segmented on `end`, in the segment of `start`'s rules."""
    rules = everywhere(rulebook)
    try:
        changed = changed_provinces(connection, start, end, rules)
    except Refused:
        return False
    connection.execute(
        f"""create or replace temp table campaign_replayed as
        select customer_key, segment from ({segments_under(rules, start, changed, data_day=end)}) as replayed
        where customer_key in (select customer_key from campaign_subject)"""
    )
    return True


def _extra(
    campaign: Campaign, counts: dict[str, int], horizon: int, moved: list[tuple[Any, ...]], as_of: date
) -> Iterator[tuple[object, ...]]:
    customers = {(arm, origin, target): number for arm, origin, target, number in moved}
    links = sorted({key[1:] for key in customers})
    for arm in sorted(set(counts) - {CONTROL}):
        for origin, target in links:
            mine, theirs = (customers.get((each, origin, target), 0) for each in (arm, CONTROL))
            found = _shares(counts[arm], mine, counts[CONTROL], theirs, float(campaign.plan.alpha))
            yield (
                campaign.id, arm, horizon, origin, target, mine, theirs, counts[arm], counts[CONTROL], found.effect,
                found.effect * counts[arm], found.se, found.ci_low, found.ci_high, as_of,
            )  # fmt: skip


def _shares(n_mine: int, mine: int, n_theirs: int, theirs: int, alpha: float) -> Estimate:
    return raw(Moments.of_share(n_mine, mine), Moments.of_share(n_theirs, theirs), alpha=alpha)


def spillover(connection: Connection, campaign: Campaign, as_of: date) -> Rows:
    """Rows of mart.campaign_spillover: for each campaign of the same days, how its treatment falls on our arms.

    `balance_p`: is each arm treated by the other alike? `interaction_p`: is our effect on the primary metric the same
    among those whom the other campaign has and among those it has not?
    """
    values = {"campaign": campaign.id, "first": campaign.first, "last": campaign.last}
    others = [row[0] for row in connection.execute(statement("campaigns/overlapping"), values).fetchall()]
    rows: Rows = []
    for other in others:
        rows += _spillover_of(connection, campaign, other, as_of)
    return rows


def _spillover_of(connection: Connection, campaign: Campaign, other: str, as_of: date) -> Rows:
    both = {"campaign": campaign.id, "other": other}
    connection.execute(
        f"create or replace temp table campaign_subject as {statement('campaigns/overlap_subject')}", both
    )
    shared = connection.execute(
        "select arm, count(*), count(*) filter (stratum <> ''), count(*) filter (stratum = 'treated') "
        "from campaign_subject group by arm"
    ).fetchall()
    arms = {arm: numbers for arm, *numbers in shared}
    primary = campaign.plan.primary
    window = Days(campaign.first, min(as_of, campaign.last))
    if CONTROL not in arms or measures.measure(connection, [primary], {"window": window}, as_of):
        return []
    sums = measures.sums(connection, [primary], "window", "window")
    rows: Rows = []
    n_control, _, treated_control = arms[CONTROL]
    for arm in sorted(set(arms) - {CONTROL}):
        n, shared_customers, treated = arms[arm]
        balance = _shares(n, treated, n_control, treated_control, 0.05)
        here, elsewhere = (_effect_in(sums, arm, primary, inside) for inside in (True, False))
        rows.append((
            campaign.id, other, arm, n, shared_customers, treated, balance.p_value,
            here and here.effect, elsewhere and elsewhere.effect, _interaction(here, elsewhere), as_of,
        ))  # fmt: skip
    return rows


def _effect_in(sums: dict[Cell, Moments], arm: str, metric: str, inside: bool) -> Estimate | None:
    """Our effect among customers whom the other campaign has, in any arm of it, or has not."""
    nobody = Moments(0, 0, 0)
    mine, theirs = (
        sum(
            (found for cell, found in sums.items() if cell.arm == side and (cell.stratum != "") == inside),
            nobody,
        )
        for side in (arm, CONTROL)
    )
    return raw(mine, theirs) if mine.n and theirs.n else None


def _interaction(here: Estimate | None, elsewhere: Estimate | None) -> float | None:
    from scipy import stats

    if here is None or elsewhere is None or here.se is None or elsewhere.se is None:
        return None
    spread = (here.se**2 + elsewhere.se**2) ** 0.5
    return float(2 * stats.norm.sf(abs(here.effect - elsewhere.effect) / spread)) if spread else None
