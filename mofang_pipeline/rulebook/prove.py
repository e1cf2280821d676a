"""Proves that every organisation's tree has a customer for every leaf, in every period.

Leaves exclude one another and cover everybody by construction; what can go wrong is a node that nobody reaches, since
others take all its customers or its condition cannot be true. Such a node is a problem, named with what shadows it.
What the solver cannot decide is told apart (`unproved`): it neither refuses a rulebook nor passes in silence.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from mofang_pipeline.rulebook import search, shadowed
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.customer import Place, Row
from mofang_pipeline.rulebook.lexical import ExpressionError
from mofang_pipeline.rulebook.model import Problem, Rulebook, RulebookError
from mofang_pipeline.rulebook.search import Answer, Where
from mofang_pipeline.rulebook.situations import (
    Situation,
    Way,
    columns_asked,
    situations,
    situations_on,
    ways,
)

ANY_DAY = date(2026, 1, 1)  # whether somebody reaches a leaf does not hang on it; an example needs some day
_DATES = frozenset(name for name, kind in COLUMNS.items() if kind == "date")
_PLACES = frozenset({"province", "city"})
_proofs: dict[str, "Proof"] = {}
PROOFS_KEPT = 64


@dataclass(frozen=True)
class Proof:
    """`problems` refuse the rulebook; `unproved` are warnings: the solver could not decide."""

    problems: tuple[Problem, ...] = ()
    unproved: tuple[Problem, ...] = ()


def problems(rulebook: Rulebook) -> list[Problem]:
    """Nodes that nobody can reach, in any organisation and period."""
    return list(proof(rulebook).problems)


def proof(rulebook: Rulebook, *, step: Callable[[str], None] = lambda _: None) -> Proof:
    """The proof of a rulebook, made once for equal content. Empty where it cannot be read or resolved (check.py)."""
    key = _content(rulebook)
    if key not in _proofs:
        try:
            proved = _prove(rulebook, step)
        except (ExpressionError, RulebookError):
            return Proof()
        if len(_proofs) >= PROOFS_KEPT:
            _proofs.clear()
        _proofs[key] = proved
    return _proofs[key]


def examples(rulebook: Rulebook, org_code: str, day: date) -> dict[str, Row]:
    """Leaf -> a customer (column -> value, as in customer_wide) whom the organisation's tree puts there on `day`.

    The customer is one of the organisation's own, or for head office of one that has its values. A leaf is left out
    where a condition on places or dates excludes the organisation or the day, or where the solver cannot decide.
    Raises ExpressionError or RulebookError for a rulebook that `check` refuses.
    """
    situation = next(each for each in situations_on(rulebook, day) if org_code in each.organisations)
    return _Proving(rulebook, situation).examples(org_code, day)


def examples_of_all(rulebook: Rulebook, day: date) -> dict[str, dict[str, Row]]:
    """`examples` of every organisation, in the order of organisations.csv."""
    found: dict[str, dict[str, Row]] = {}
    for situation in situations_on(rulebook, day):
        proving = _Proving(rulebook, situation)
        found |= {code: proving.examples(code, day) for code in situation.organisations}
    return {code: found[code] for code in rulebook.organisations}


def _prove(rulebook: Rulebook, step: Callable[[str], None]) -> Proof:
    refused: dict[tuple[str, str], Problem] = {}
    unproved: dict[tuple[str, str], Problem] = {}
    everywhere: set[str] = set()
    found = situations(rulebook)
    for number, situation in enumerate(found, start=1):
        step(f"{number} of {len(found)}: {situation.first} and {len(situation.organisations) - 1} alike")
        proving = _Proving(rulebook, situation)
        for way, nobody in proving.doubtful():
            key = (situation.first, way.node.id)
            if way.node.id in everywhere or key in refused:
                continue
            if not nobody:
                unproved[key] = shadowed.undecided(rulebook, situation, way)
                continue
            refused[key] = shadowed.problem(rulebook, situation, way, proving.all_places(way))
            if situation.first == rulebook.head_office.org_code:
                everywhere.add(way.node.id)
    return Proof(tuple(refused.values()), tuple(unproved.values()))


class _Proving:
    """One situation's questions, put to the solver."""

    def __init__(self, rulebook: Rulebook, situation: Situation) -> None:
        self.rulebook, self.situation = rulebook, situation
        self.ways = list(ways(rulebook.tree, situation))
        self.asked = columns_asked(rulebook.tree, situation)

    def examples(self, org_code: str, day: date) -> dict[str, Row]:
        own = self.own_places(org_code)
        answers = {way.node.id: self.answer(way, own, day) for way in self.ways if way.is_leaf}
        return {leaf: each.customer for leaf, each in answers.items() if each.customer is not None}

    def doubtful(self) -> Iterator[tuple[Way, bool]]:
        """Nodes that nobody reaches (True), the highest of them alone, and leaves that are undecided (False)."""
        own = self.own_places(self.situation.first)
        reached: dict[str | None, bool | None] = {None: True}
        for way in reversed(self.ways):
            below = [reached[each.node.id] for each in self.ways if each.node.parent == way.node.id]
            reached[way.node.id] = (
                self.answer(way, own, ANY_DAY).reached
                if way.is_leaf
                else any(each is not False for each in below)
            )
        for way in self.ways:
            if reached[way.node.id] is None:
                yield way, False
            elif reached[way.node.id] is False and reached[way.node.parent]:
                yield way, True

    def answer(self, way: Way, own: tuple[Place, ...], day: date) -> Answer:
        any_day = bool(self.asked & _DATES)
        if self.asked & _PLACES:
            return search.answer(way, Where(day, own, self.all_places(way), any_day))
        found = search.answer(way, Where(day, any_day=any_day))
        if found.customer is None:
            return found
        province, city = own[0]
        return Answer(found.reached, {**found.customer, "province": province, "city": city})

    def own_places(self, org_code: str) -> tuple[Place, ...]:
        """Places of the organisation's customers that are in its situation; head office's are anybody's."""
        alike = [code for code in self.situation.organisations if org_code in self.rulebook.lineage(code)]
        head = self.rulebook.head_office.org_code
        codes = [code for code in alike if code != head]
        return _places(self.rulebook, codes or self.rulebook.subordinates[head][:1])

    def all_places(self, way: Way) -> tuple[Place, ...]:
        """From where anybody may reach the node: a local one from its owner's places, any other from everywhere."""
        if not self.asked & _PLACES:
            return ()
        above = way.owner or self.rulebook.head_office.org_code
        within = [code for code in self.rulebook.organisations if above in self.rulebook.lineage(code)]
        return _places(self.rulebook, within)


def _places(rulebook: Rulebook, codes: Sequence[str]) -> tuple[Place, ...]:
    places: list[Place] = []
    for code in codes:
        organisation = rulebook.organisations[code]
        if organisation.level == "tier1":
            places.append((code, None))
        elif organisation.level == "tier2":
            places.append((organisation.parent_code or "", code))
    return tuple(places)


def _content(rulebook: Rulebook) -> str:
    """What a proof depends on, as a digest."""
    parts = (rulebook.tree, rulebook.branches, rulebook.organisations)
    return hashlib.sha256(repr(parts).encode()).hexdigest()
