"""Which segment sets and campaigns trial values would touch: who would enter or leave a set by the tree alone.

A set's own `where` may let fewer through, so the customers are the most that the trial can move. Counted from the
small migration matrix; the sets and campaigns are read as they are now.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mofang_pipeline.home import Home
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.documents import yaml_document
from mofang_pipeline.rulebook.predicates import path_to
from mofang_pipeline.segment_sets.algebra import Joined, Name, Not, Term, parse_members
from mofang_pipeline.segment_sets.check import is_visible
from mofang_pipeline.segment_sets.model import Definition
from mofang_pipeline.trials import Migration

Sets = Mapping[str, Definition]
Uses = Mapping[str, Iterable[tuple[str, str]]]  # set -> what uses it: (kind, id)


@dataclass(frozen=True)
class Effect:
    """A set, or what uses it, with the customers who would enter and leave the set at most, on a trial's first day."""

    trial: str
    kind: str
    id: str
    segment_set: str
    customers_in: int
    customers_out: int


def effects(home: Home, rulebook: Rulebook, org_code: str, migrations: Iterable[Migration]) -> list[Effect]:
    """What the trials would touch of the sets that the organisation sees, and of what uses them."""
    from mofang_pipeline.segment_sets.actions import known_sets
    from mofang_pipeline.segment_sets.registry import live

    _, registry = known_sets(home)
    sets = {name: each for name, each in live(registry).items() if is_visible(rulebook, org_code, each)}
    uses = {name: {*registry[name].uses, *_audiences(home, name)} for name in sets}
    return effects_on(rulebook, live(registry), uses, migrations)


def effects_on(rulebook: Rulebook, sets: Sets, uses: Uses, migrations: Iterable[Migration]) -> list[Effect]:
    """The same for given sets; only those in `uses` are told of. Pure."""
    rows = list(migrations)
    first = min((row.day for row in rows), default=None)
    moved = [row for row in rows if row.day == first and row.from_segment != row.to_segment]
    return [
        effect for name in sorted(uses) for effect in _of_set(rulebook, sets, name, sorted(uses[name]), moved)
    ]


def _of_set(
    rulebook: Rulebook, sets: Sets, name: str, uses: list[tuple[str, str]], moved: list[Migration]
) -> Iterator[Effect]:
    for trial in dict.fromkeys(row.trial for row in moved):
        entering = leaving = 0
        for row in moved:
            if row.trial == trial:
                was, is_in = (
                    _holds(rulebook, sets, sets[name], at) for at in (row.from_segment, row.to_segment)
                )
                entering += row.customers if is_in and not was else 0
                leaving += row.customers if was and not is_in else 0
        if entering or leaving:
            for kind, used_by in [("set", name), *uses]:
                yield Effect(trial, kind, used_by, name, entering, leaving)


def _holds(rulebook: Rulebook, sets: Sets, each: Definition, segment: str) -> bool:
    """Whether the tree alone puts a segment's customers into the set; a flow's are those who arrived."""
    if each.flow is not None:
        return each.flow.to_segment in path_to(rulebook, segment)
    return each.members is None or _true(rulebook, sets, parse_members(each.members), segment)


def _true(rulebook: Rulebook, sets: Sets, term: Term, segment: str) -> bool:
    match term:
        case Name(name=name):
            other = sets.get(name)
            return (
                name in path_to(rulebook, segment)
                if other is None
                else _holds(rulebook, sets, other, segment)
            )
        case Not(part=part):
            return not _true(rulebook, sets, part, segment)
        case Joined(operation=operation, parts=parts):
            found = (_true(rulebook, sets, part, segment) for part in parts)
            return all(found) if operation == "and" else any(found)


def _audiences(home: Home, name: str) -> Iterator[tuple[str, str]]:
    """Campaigns of the rulebook whose audience is the set."""
    for path in sorted((home.rulebook / "campaigns").glob("*.yaml")):
        document = yaml_document(path, f"campaigns/{path.name}")
        audience = document.get("audience") if isinstance(document, dict) else None
        if isinstance(audience, dict) and audience.get("set") == name:
            yield "campaign", str(document.get("campaign", path.stem))
