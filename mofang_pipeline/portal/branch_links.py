"""The flow page's links as a branch's user may see them: the dashboards' own choice of links, split by cause.

Which links are listed: branch_flow.py. What they are split by is told of leaf links only where each part is large
enough, and added up from there, so that no level tells more than another. Not here: what head office sees.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path

from mofang_pipeline import flows, small_cells
from mofang_pipeline.access import below
from mofang_pipeline.branch_flow import Link, Side, at_levels, unlisted
from mofang_pipeline.branch_window import BranchWindow, read_window
from mofang_pipeline.portal.asked import Asked
from mofang_pipeline.portal.reading import PublishedLake, Row
from mofang_pipeline.portal.small import hidden_folder

PARENTS = "select org_code, parent_code from mart.organisation"
Parts = dict[
    Link, dict[str, int]
]  # leaf link -> where it would have led under the first day's rules -> customers


def actual(asked: Asked, window: flows.Window, level: int, limit: int) -> list[Row]:
    """Rows of from, to, customers and causes; a link's causes add up to it or leave a part untold."""
    seen, org = branch_window(asked, window, limit), window.org_code
    wanted = _clamped(seen, level)
    causes = _causes(_parts(asked, window), seen, org, wanted)
    return [
        {"from": source, "to": target, "customers": customers, "causes": causes.get((source, target), {})}
        for (at, source, target), customers in seen.at_levels(org).items()
        if at == wanted
    ]


def same_rules(asked: Asked, window: flows.Window, level: int, limit: int) -> list[Row]:
    """The flow under the first day's rules; what the actual flow does not list is not listed here either."""
    seen, org = branch_window(asked, window, limit), window.org_code
    links: Counter[Link] = Counter()
    for (source, _), split in _parts(asked, window).items():
        for target, customers in split.items():
            links[source, target] += customers
    before = seen.before[org]
    hidden = unlisted(links, before, _arrived(links, limit), limit) | (seen.hidden[org] & links.keys())
    found = at_levels(links, hidden, before, limit, seen.places)
    return [
        {"from": source, "to": target, "customers": customers, "causes": {}}
        for (at, source, target), customers in found.items()
        if at == _clamped(seen, level)
    ]


def shown(asked: Asked, window: flows.Window, link: Link, limit: int) -> int:
    """Customers of a link between two nodes of one level, or of two leaves, as far as they are listed; else 0."""
    found = branch_window(asked, window, limit).at_levels(window.org_code)
    return max((count for (_, *ends), count in found.items() if tuple(ends) == link), default=0)


def at_least(customers: int, *, step: int, most: int | None) -> int:
    """Rounded down to whole steps, and never more than the link's customers as they are listed."""
    rounded = customers // step * step
    return rounded if most is None else min(rounded, most)


def branch_window(asked: Asked, window: flows.Window, limit: int) -> BranchWindow:
    snapshot = asked.lake.published().snapshot
    days = window.first, window.last
    return _read(asked.lake, snapshot, asked.viewer.org_code, days, limit, hidden_folder(asked.home))


@lru_cache(maxsize=100)
def _read(
    lake: PublishedLake, snapshot: int, own: str, days: tuple[date, date], limit: int, folder: Path
) -> BranchWindow:
    parents = {row["org_code"]: row["parent_code"] for row in lake.rows(PARENTS, {})}
    with lake.cursor() as cursor:
        return read_window(cursor, own, sorted(below(own, parents)), days, limit, folder)


def _clamped(seen: BranchWindow, level: int) -> int:
    return min(level, max(at for _, at, _ in seen.places))


def _parts(asked: Asked, window: flows.Window) -> Parts:
    parts: Parts = defaultdict(dict)
    with asked.lake.cursor() as cursor:
        for source, target, masked, customers in flows.by_destination(cursor, window).fetchall():
            parts[source, target][masked] = customers
    return parts


def _causes(parts: Parts, seen: BranchWindow, org: str, level: int) -> dict[Link, dict[str, int]]:
    at = {leaf: node for leaf, each, node in seen.places if each == level}
    causes: dict[Link, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (source, target), split in parts.items():
        if (source, target) in seen.hidden[org]:
            continue
        ends = at[source], at[target]
        is_stock = not any(end.startswith("(") for end in ends)
        for masked, customers in _told(split, seen.threshold).items():
            causes[ends][flows.cause(*ends, at.get(masked, masked), is_stock=is_stock)] += customers
    return causes


def _told(split: Mapping[str, int], limit: int) -> dict[str, int]:
    """The parts that are large enough, without those from which the others would follow."""
    cells = [small_cells.Cell(part, "link", small_cells.GROUND, count) for part, count in split.items()]
    whole = small_cells.Cell("whole", small_cells.GROUND, "link", sum(split.values()))
    hidden = small_cells.suppress([*cells, whole], limit, fixed=["whole"])
    return {part: count for part, count in split.items() if part not in hidden}


def _arrived(links: Mapping[Link, int], limit: int) -> Side:
    """What the links add up to at their ends, as a tree without levels."""
    counts: Counter[str] = Counter()
    for (_, target), customers in links.items():
        if not target.startswith("("):
            counts[target] += customers
    small = frozenset(node for node, count in counts.items() if count < limit)
    return Side(counts, dict.fromkeys(counts), small)
