"""Small counts for branch users: which of an answer's counts are left out, so that sums do not give them away.

The rule itself is small_cells.py's; here it is put on what pages show. Left out is None, drawn as "<5".
"""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from mofang_pipeline.access import below, sees_small_counts
from mofang_pipeline.hidden_days import hidden_by_day
from mofang_pipeline.home import Home
from mofang_pipeline.portal.asked import Asked
from mofang_pipeline.rulebook import read_rulebook

# The bounds say what the list says already, in a form that the engine takes to all that the view joins.
COUNTS = """
    select day, org_code, node_id, parent_id, customers
    from mart.segment_profile_daily
    where org_code in (select unnest($orgs)) and org_code between $lowest and $highest
        and day in (select unnest($days))
"""
PARENTS = "select org_code, parent_code from mart.organisation"
CHANGES = {"change_1d": 1, "change_7d": 7, "change_30d": 30}


def threshold(asked: Asked) -> int | None:
    """Counts below it are left out for this viewer; None for who sees all."""
    return None if sees_small_counts(asked.viewer) else read_rulebook(asked.home.rulebook).settings.small_cell


Hidden = Mapping[str, frozenset[str]]  # ISO day -> nodes
HiddenCells = Mapping[str, frozenset[tuple[str, str]]]  # ISO day -> (organisation, node)


def hidden_nodes(asked: Asked, org: str, days: Sequence[date]) -> Hidden:
    """Day -> the nodes of the organisation's tree whose counts this viewer does not see."""
    return {
        day: frozenset(node for code, node in cells if code == org)
        for day, cells in hidden_cells(asked, days).items()
    }


def hidden_cells(asked: Asked, days: Sequence[date]) -> HiddenCells:
    """Day -> what this viewer does not see of all organisations in scope; nothing for who sees all."""
    limit = threshold(asked)
    if limit is None:
        return {}
    own = asked.viewer.org_code
    orgs = sorted(below(own, {row["org_code"]: row["parent_code"] for row in asked.rows(PARENTS)}))
    rows = [
        (date.fromisoformat(row["day"]), row["org_code"], row["node_id"], row["parent_id"], row["customers"])
        for row in asked.rows(
            COUNTS, orgs=orgs, days=list(days), lowest=min(orgs, default=""), highest=max(orgs, default="")
        )
    ]
    found = hidden_by_day(hidden_folder(asked.home), own, rows, limit)
    return {day.isoformat(): nodes for day, nodes in found.items()}


def hidden_folder(home: Home) -> Path:
    """Where hidden_days.py keeps what it has worked out, for Superset and the portal."""
    return home.folder("serving") / "hidden"


COARSE = 2  # a share is told in steps of at least so many times the threshold
FEWEST = 20  # and only of that many times the threshold


def coarse_shares(asked: Asked, counts: Mapping[str, int]) -> dict[str, float] | None:
    """Shares of counts that make a whole; None where they would tell too much.

    Who does not see small counts is told shares in whole steps, each as wide as twice the threshold in customers: what
    follows from sums and differences with other nodes is never nearer than that.
    """
    whole, limit = sum(counts.values()), threshold(asked)
    if limit is None:
        return {value: count / whole for value, count in counts.items()} if whole else None
    if whole < FEWEST * limit:
        return None
    step = max(0.01, COARSE * limit / whole)
    return {value: min(1.0, round(count / whole / step) * step) for value, count in counts.items()}
