"""Reads a window's flow for a branch: between the leaves of its organisations, and which links are not listed.

The one way for dashboards (superset/scoped_lake.py) and portal (portal/branch_links.py). `reader` sees the published
lake as `lake`. Superset's environment imports this module too: the standard library and DuckDB only.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from mofang_pipeline.branch_flow import Link, Side, at_levels, no_single_city, unlisted
from mofang_pipeline.hidden_days import hidden_by_day

# The bounds say what the list says already, in a form that the engine takes to all that the view joins.
COUNTS = """
select day, org_code, node_id, parent_id, customers from lake.mart.segment_profile_daily
where org_code in (select unnest($orgs)) and org_code between $lowest and $highest
    and day between $first_day and $last_day
"""
LEAF_LINKS = """
select org_code, from_node, to_node, customers from lake.serving.flow
where org_code in (select unnest($orgs)) and from_day = $first_day and to_day = $last_day
and level = (select max(level) from lake.serving.flow_level)
"""
PLACES = "select leaf, level, node_id from lake.serving.node_at_level"


@dataclass(frozen=True)
class BranchWindow:
    """By organisation: the links between leaves, the trees of both days and the links not listed.

    `places` are (leaf, level, node).
    """

    links: dict[str, dict[Link, int]]
    before: dict[str, Side]
    after: dict[str, Side]
    hidden: dict[str, frozenset[Link]]
    places: list[tuple[str, int, str]]
    threshold: int

    def at_levels(self, org: str) -> Counter[tuple[int, str, str]]:
        """(level, from node, to node) -> customers, as shown."""
        return at_levels(self.links[org], self.hidden[org], self.before[org], self.threshold, self.places)


def read_window(
    reader: duckdb.DuckDBPyConnection,
    own: str,
    orgs: Sequence[str],
    days: tuple[date, date],
    threshold: int,
    hidden_days: Path,
) -> BranchWindow:
    """Of the branch `own`; `orgs` are all of its scope, since what one city hides must not follow from the others.

    `hidden_days` is the folder of hidden_days.py.
    """
    first, last = days
    links: dict[str, dict[Link, int]] = {org: {} for org in orgs}
    window = {"orgs": list(orgs), "first_day": first, "last_day": last}
    for org, source, target, customers in reader.execute(LEAF_LINKS, window).fetchall():
        links[org][source, target] = customers
    before, after = (_sides(reader, own, orgs, day, threshold, hidden_days) for day in days)
    hidden = {org: unlisted(links[org], before[org], after[org], threshold) for org in orgs}
    hidden = no_single_city(own, links, hidden)
    return BranchWindow(links, before, after, hidden, reader.execute(PLACES).fetchall(), threshold)


def _sides(
    reader: duckdb.DuckDBPyConnection,
    own: str,
    orgs: Sequence[str],
    day: date,
    threshold: int,
    hidden_days: Path,
) -> dict[str, Side]:
    bounds = {"lowest": min(orgs), "highest": max(orgs), "first_day": day, "last_day": day}
    rows = reader.execute(COUNTS, {"orgs": list(orgs), **bounds}).fetchall()
    hidden = hidden_by_day(hidden_days, own, rows, threshold).get(day, frozenset())
    return {
        org: Side(
            counts={node: customers for _, code, node, _, customers in rows if code == org},
            parents={node: parent for _, code, node, parent, _ in rows if code == org},
            hidden=frozenset(node for code, node in hidden if code == org),
        )
        for org in orgs
    }
