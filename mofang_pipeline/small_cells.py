"""Which counts are not shown: small ones, and enough others that sums and differences do not give them away.

Pure, of whole tables at once. A table is a network: a cell is an arc from the total that it is a part of to the
total of its own parts; what is in no sum hangs on GROUND. Trees, matrices, and a province beside its cities are such
networks. Raising and lowering cells along a cycle of hidden ones changes no sum that is shown, so a hidden cell on
a cycle that allows a change by `threshold - 1` may have at least `threshold` values for all that a reader knows
(Gusfield 1988). Superset's environment imports this module too: only the standard library.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from heapq import heappop, heappush
from typing import cast

GROUND = "ground"
ROOT_WEIGHT = 1000  # an organisation's whole number of customers is hidden only where nothing else helps
Key = Hashable


@dataclass(frozen=True)
class Cell:
    """A count: part of the sum `tail`, itself the sum of the cells whose tail is `head`.

    A reader knows that a hidden one is at least `least`. One that is not `seen` appears nowhere in any case.
    """

    key: Key
    tail: Hashable
    head: Hashable
    count: int
    least: int = 1
    seen: bool = True
    weight: int = 1  # how much worse than another cell of its count it is to lose


@dataclass
class _Table:
    cells: list[Cell]
    threshold: int
    hidden: set[Key]
    fixed: frozenset[Key]
    around: dict[Hashable, list[Cell]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for cell in self.cells:
            if cell.key in self.hidden or (cell.count > 0 and cell.key not in self.fixed):
                self.around[cell.tail].append(cell)
                if cell.head != cell.tail:
                    self.around[cell.head].append(cell)

    def can_sink(self, cell: Cell, step: int) -> bool:
        return cell.count - cell.least >= step


def suppress(
    cells: Iterable[Cell],
    threshold: int,
    *,
    hidden: Iterable[Key] = (),
    fixed: Iterable[Key] = (),
) -> frozenset[Key]:
    """Keys of the cells not to show: those of 1 to `threshold - 1`, those `hidden` before, and what protects them.

    Cells that are `fixed` are known already and stay as they are; where they leave no room, nothing can protect a
    hidden one. Zeros stay shown.
    """
    cells, known = list(cells), frozenset(fixed)
    small = {cell.key for cell in cells if 0 < cell.count < threshold and cell.seen} - known
    unseen = {cell.key for cell in cells if not cell.seen}
    table = _Table(cells, threshold, small | unseen | set(hidden), known)
    safe = unseen
    waiting = _largest_first(cell for cell in cells if cell.key in table.hidden and cell.count > 0)
    while waiting:
        cell = waiting.pop()
        if cell.key in safe:
            continue
        path = _cheapest_cycle(table, cell)
        safe |= {cell.key, *(each.key for each in path)}
        table.hidden |= {each.key for each in path}
    return frozenset(table.hidden - {cell.key for cell in cells if not cell.seen})


def _largest_first(cells: Iterable[Cell]) -> list[Cell]:
    return sorted(cells, key=lambda cell: (cell.count, str(cell.key)), reverse=True)


def _cheapest_cycle(table: _Table, cell: Cell) -> list[Cell]:
    """The other cells of the cycle through `cell` that hides the fewest customers more.

    It allows a change by `threshold - 1`; by less only where fixed cells leave no room for that.
    """
    for step in range(table.threshold - 1, 0, -1):
        ways = [_path(table, cell, cell.head, cell.tail, step)]
        if table.can_sink(cell, step):
            ways.append(_path(table, cell, cell.tail, cell.head, step))
        found = [way for way in ways if way is not None]
        if found:
            return min(found, key=lambda way: way[0])[1]
    return []


def _path(
    table: _Table, without: Cell, start: Hashable, end: Hashable, step: int
) -> tuple[int, list[Cell]] | None:
    """The cheapest way, up an arc or down one that can sink; a hidden cell costs nothing, a shown one its count."""
    if start == end:
        return 0, []
    best: dict[Hashable, int] = {start: 0}
    came: dict[Hashable, tuple[Hashable, Cell]] = {}
    queue: list[tuple[int, int, Hashable]] = [(0, 0, start)]
    turn = 0
    while queue:
        cost, _, place = heappop(queue)
        if place == end:
            return cost, _walked(came, start, end)
        if cost > best[place]:
            continue
        for cell, target in _steps(table, place, without, step):
            total = cost + (0 if cell.key in table.hidden else cell.count * cell.weight)
            if total < best.get(target, total + 1):
                best[target], came[target] = total, (place, cell)
                turn += 1
                heappush(queue, (total, turn, target))
    return None


def _steps(table: _Table, place: Hashable, without: Cell, step: int) -> Iterable[tuple[Cell, Hashable]]:
    for cell in table.around[place]:
        if cell.key == without.key:
            continue
        if cell.tail == place:
            yield cell, cell.head
        elif table.can_sink(cell, step):
            yield cell, cell.tail


def _walked(came: Mapping[Hashable, tuple[Hashable, Cell]], start: Hashable, end: Hashable) -> list[Cell]:
    cells = []
    while end != start:
        end, cell = came[end]
        cells.append(cell)
    return cells


def tree(counts: Mapping[str, int], parents: Mapping[str, str | None]) -> list[Cell]:
    """A breakdown in which the children of a node sum to it; keys are the nodes."""
    inner = {parent for parent in parents.values() if parent is not None}
    return [
        Cell(
            node,
            parents[node] or GROUND,
            node if node in inner else GROUND,
            count,
            weight=_weight(parents[node]),
        )
        for node, count in counts.items()
    ]


def trees(
    whole: str, counts: Mapping[tuple[str, str], int], parents: Mapping[tuple[str, str], str | None]
) -> list[Cell]:
    """The tree of the organisation `whole` and those of its parts, whose nodes sum to its own; keys (org, node).

    What `whole` has beyond its parts (customers without a city) is a part that nobody sees. A leaf that only a part has
    counts to the nearest node above that is a leaf of `whole`.
    """
    inner = {(org, parent) for (org, _), parent in parents.items() if parent is not None}
    rest = {node: count for (org, node), count in counts.items() if org == whole and (org, node) not in inner}
    cells = []
    for (org, node), count in counts.items():
        above = (org, parents[org, node]) if parents[org, node] else GROUND
        weight = _weight(parents[org, node])
        if org == whole:
            cells.append(Cell((org, node), (org, node), above, count, weight=weight))
            continue
        head: Hashable = (org, node)
        if head not in inner:
            leaf = _leaf_of_whole(org, node, parents, rest)
            head = (whole, leaf) if leaf else GROUND
            if leaf:
                rest[leaf] -= count
        cells.append(Cell((org, node), above, head, count, weight=weight))
    unseen = [
        Cell(("rest", node), GROUND, (whole, node), count, least=0, seen=False)
        for node, count in rest.items()
        if count > 0
    ]
    return cells + unseen


def _weight(parent: str | None) -> int:
    return ROOT_WEIGHT if parent is None else 1


def _leaf_of_whole(
    org: str, node: str, parents: Mapping[tuple[str, str], str | None], leaves: Mapping[str, int]
) -> str | None:
    found: str | None = node
    while found is not None and found not in leaves:
        found = parents[org, found]
    return found


def hidden_nodes(
    own: str, rows: Iterable[tuple[date, str, str, str | None, int]], threshold: int
) -> dict[date, frozenset[tuple[str, str]]]:
    """Day -> the nodes (organisation, node) that are not shown to the viewers of organisation `own`.

    Rows are (day, organisation, node, parent, customers) of `own` and all that is directly below it: the same for every
    page and dashboard, so that one does not show what another hides.
    """
    counts: dict[date, dict[tuple[str, str], int]] = defaultdict(dict)
    parents: dict[date, dict[tuple[str, str], str | None]] = defaultdict(dict)
    for day, org, node, parent, customers in rows:
        counts[day][org, node], parents[day][org, node] = customers, parent
    found = {day: suppress(trees(own, counts[day], parents[day]), threshold) for day in counts}
    return cast(dict[date, frozenset[tuple[str, str]]], found)
