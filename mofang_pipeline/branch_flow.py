"""A window's flow as a branch may see it: the links that are large enough, and the rest of each source as one.

Pure. Links are chosen between leaves and then added up to every level, so that levels do not tell more than the leaves;
what is not listed may be zero or hidden. The trees of both days, as shown, are what a reader knows beside. Dashboards
and portal both ask here (branch_window.py reads for them), so that one does not list what the other hides.
Superset's environment imports this module too: only the standard library.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mofang_pipeline.small_cells import GROUND, Cell, suppress

FEW = "(few)"
Link = tuple[str, str]


@dataclass(frozen=True)
class Side:
    """An organisation's tree on one of the two days: customers and parent by node, and the nodes not shown."""

    counts: Mapping[str, int]
    parents: Mapping[str, str | None]
    hidden: frozenset[str]

    @property
    def leaves(self) -> list[str]:
        inner = set(self.parents.values())
        return [node for node in self.counts if node not in inner]


def unlisted(links: Mapping[Link, int], before: Side, after: Side, threshold: int) -> frozenset[Link]:
    """The links (leaf or (new), (closed), (moved in), (moved out)) that are not listed."""
    sources = {*before.leaves, *(source for source, _ in links)}
    targets = {*after.leaves, *(target for _, target in links)}
    cells = [*_tree("from", before), *_tree("to", after, mirrored=True)]
    known = {cell.key for cell in cells}
    hidden = {("from", node) for node in before.hidden} | {("to", node) for node in after.hidden}
    for source in sources:
        for target in targets:
            count = links.get((source, target), 0)
            ends = ("from", source), ("to", target)
            cells.append(Cell((source, target, "link"), *ends, count, least=0, seen=count > 0))
    cells += _open_ends(links, before, after, threshold)
    found = suppress(cells, threshold, hidden=hidden, fixed=known - hidden)
    return frozenset(link for link in links if (*link, "link") in found)


def _open_ends(links: Mapping[Link, int], before: Side, after: Side, threshold: int) -> list[Cell]:
    """(new) and its like are in no tree: what their links add up to is told only for large sources."""
    totals: Counter[tuple[str, str]] = Counter()
    for (source, target), count in links.items():
        totals["from", source] += count
        totals["to", target] += count
    cells = []
    for (end, name), total in totals.items():
        if end == "from" and name not in before.counts and total < threshold:
            cells.append(Cell(("open", name), GROUND, (end, name), total, least=0, seen=False))
        if end == "to" and name not in after.counts:
            cells.append(Cell(("open", name), (end, name), GROUND, total, least=0, seen=False))
    return cells


def _tree(side: str, tree: Side, *, mirrored: bool = False) -> list[Cell]:
    cells = []
    for node, count in tree.counts.items():
        parent = tree.parents[node]
        ends = ((side, parent) if parent else GROUND), (side, node)
        tail, head = reversed(ends) if mirrored else ends
        cells.append(Cell((side, node), tail, head, count))
    return cells


def no_single_city(
    whole: str, links: Mapping[str, Mapping[Link, int]], hidden: dict[str, frozenset[Link]]
) -> dict[str, frozenset[Link]]:
    """`hidden` by organisation, with more where only one of the parts hides a link that the whole lists."""
    found = {org: set(each) for org, each in hidden.items()}
    for link in links[whole]:
        parts = [org for org in links if org != whole and links[org].get(link)]
        hiding = [org for org in parts if link in found[org]]
        if link in found[whole] or len(hiding) != 1:
            continue
        others = [org for org in parts if org not in hiding]
        chosen = min(others, key=lambda org: (links[org][link], org), default=whole)
        found[chosen].add(link)
    return {org: frozenset(each) for org, each in found.items()}


def at_levels(
    links: Mapping[Link, int],
    hidden: frozenset[Link],
    before: Side,
    threshold: int,
    places: Iterable[tuple[str, int, str]],
) -> Counter[tuple[int, str, str]]:
    """(level, from node, to node) -> customers; `places` are (leaf, level, node). Adds up to all customers."""
    shown = {link: count for link, count in links.items() if link not in hidden}
    rest: Counter[Link] = Counter()
    totals = Counter[str]()
    for (source, _), count in links.items():
        totals[source] += count
    for (source, _), count in ((link, links[link]) for link in hidden):
        known = source not in before.hidden if source in before.counts else totals[source] >= threshold
        rest[(source if known else FEW), FEW] += count
    if any(before.parents[node] is None for node in before.hidden):
        rest.pop((FEW, FEW), None)  # the whole number of customers is hidden, so nothing may add up to it
    at: dict[str, list[tuple[int, str]]] = defaultdict(list)
    levels = set()
    for leaf, level, node in places:
        at[leaf].append((level, node))
        levels.add(level)
    at[FEW] = [(level, FEW) for level in levels]
    found: Counter[tuple[int, str, str]] = Counter()
    for (source, target), count in [*shown.items(), *rest.items()]:
        targets = dict(at[target])
        for level, node in at[source]:
            if level in targets:
                found[level, node, targets[level]] += count
    return found
