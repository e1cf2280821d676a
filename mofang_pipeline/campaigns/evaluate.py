"""Everything that is known of one campaign on a day, written to the lake in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import duckdb

from mofang_pipeline.campaigns import after, follow, overall, results
from mofang_pipeline.campaigns.history import NIGHT, Known, known_campaigns, record
from mofang_pipeline.home import Home
from mofang_pipeline.published import insert_rows
from mofang_pipeline.rulebook.campaign import Campaign
from mofang_pipeline.rulebook.model import Rulebook, Settings

Connection = duckdb.DuckDBPyConnection
Tables = dict[str, list[tuple[object, ...]]]
FOLLOWED_DAYS = 93  # after the window: the last persistence, and the days in which late files still count


def evaluate_all(connection: Connection, home: Home, rulebook: Rulebook, days: Sequence[date]) -> int:
    """Evaluates every campaign that is under way, as known on the last computed day; rows written.

    Days of a window among `days` get their daily reading too. A campaign that has ended is followed to the end of
    its persistence and then left as it is, so a night's work does not grow with campaigns of the past.
    """
    as_of, written = follow.last_day(connection), 0
    found = known_campaigns(home, rulebook)
    if as_of is None or not found:
        return 0
    problems = dict(connection.execute("select campaign, problem from mart.campaign").fetchall())
    found = {name: replace(each, problem=problems.get(name)) for name, each in found.items()}
    for name, each in found.items():
        if follow.is_under_way(each) and not _is_left(connection, each.campaign, as_of):
            written += evaluate(connection, rulebook, each.campaign, as_of, days)
            found[name] = _concluded(connection, home, each, as_of, rulebook.settings)
    follow.write(connection, found, as_of)
    return written + overall.evaluate(connection, rulebook, as_of)


def _concluded(connection: Connection, home: Home, each: Known, as_of: date, settings: Settings) -> Known:
    """A campaign that has ended is reconciled once nothing is left to wait for, and evaluated by what was written."""
    day = {"day": as_of.isoformat()}
    if each.status.state == "ended" and follow.is_settled(connection, each, as_of, settings):
        each = record(home, each, "reconciled", NIGHT, day)
    return record(home, each, "evaluated", NIGHT, day) if each.status.state == "reconciled" else each


def _is_left(connection: Connection, campaign: Campaign, as_of: date) -> bool:
    """Its last day of following is written already."""
    end = campaign.last + timedelta(days=FOLLOWED_DAYS)
    [(read_on,)] = connection.execute(
        "select max(as_of) from mart.campaign_effect where campaign = ?", [campaign.id]
    ).fetchall()
    return as_of > end and read_on == end


def evaluate(
    connection: Connection, rulebook: Rulebook, campaign: Campaign, as_of: date, days: Iterable[date] = ()
) -> int:
    """Replaces all that is known of the campaign's results by what is known on `as_of`; rows written."""
    as_of = min(as_of, campaign.last + timedelta(days=FOLLOWED_DAYS))
    reading = results.read(connection, campaign, as_of)
    tables: Tables = {
        "mart.campaign_effect": reading.rows(),
        "mart.campaign_persistence": results.persistence(connection, campaign, as_of),
        "mart.campaign_transition": after.transitions(connection, rulebook, campaign, as_of),
        "mart.campaign_funnel": after.funnel(connection, campaign, as_of),
        "mart.campaign_roi": after.roi(connection, campaign, as_of, reading.srm_p),
        "mart.campaign_spillover": after.spillover(connection, campaign, as_of),
    }
    window_days = sorted(day for day in days if campaign.first <= day <= min(campaign.last, as_of))
    daily = [results.read(connection, campaign, day, is_daily=True) for day in window_days]
    readings = [row for each in daily for row in each.reading_rows()]
    _replace(connection, campaign.id, tables, window_days, readings)
    return sum(map(len, tables.values())) + len(readings)


def _replace(
    connection: Connection,
    campaign_id: str,
    tables: Tables,
    days: Sequence[date],
    readings: Sequence[tuple[object, ...]],
) -> None:
    connection.execute("begin")
    try:
        for table, rows in tables.items():
            connection.execute(f"delete from {table} where campaign = ?", [campaign_id])
            insert_rows(connection, table, rows)
        if days:
            connection.execute(
                "delete from mart.campaign_reading where campaign = $campaign and list_contains($days, day)",
                {"campaign": campaign_id, "days": list(days)},
            )
            insert_rows(connection, "mart.campaign_reading", readings)
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
