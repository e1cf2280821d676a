"""Asks the solver whether any customer goes a way through the tree, and for one who does.

Answers are kept by what was asked, so that organisations and trial values share what they have in common. The
solver's own state is one for the process and used by one thread at a time. Work is limited by the solver's count of
its steps, never by time: the same rulebook gets the same answer on any machine.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from threading import RLock

import z3

from mofang_pipeline.rulebook.customer import AnyCustomer, Place, Row
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.situations import Step, Way
from mofang_pipeline.rulebook.symbolic import Formula, Truth, symbolic

EFFORT = 2_000_000  # the solver's steps for one question; an ordinary one takes a few thousand
ATTEMPTS, KEPT = 5, 50_000
_lock = RLock()
_answers: dict[object, "Answer"] = {}


@dataclass(frozen=True)
class Answer:
    """`reached`: True, False (proved that nobody can), or None (not proved). The customer, if one is known."""

    reached: bool | None
    customer: Row | None = None


@dataclass(frozen=True)
class Where:
    """The day and places to take an example from, and the places from which anybody would do.

    Left empty where the tree does not ask: then any place is as good as another.
    """

    day: date
    own: tuple[Place, ...] = ()
    all: tuple[Place, ...] = ()
    any_day: bool = False


def answer(way: Way, where: Where) -> Answer:
    """Whether somebody goes this way."""
    key = (way.question, where)
    with _lock:
        if key not in _answers:
            if len(_answers) >= KEPT:
                _answers.clear()
            _answers[key] = _solved(way.steps, where)
        return _answers[key]


def _solved(steps: Sequence[Step], where: Where) -> Answer:
    customer, solver = _customer(), _solver()
    with _within(solver, *(formula(step) for step in steps)):
        own = [customer.on(where.day), *([customer.at(where.own)] if where.own else [])]
        for wishes in ([*own, *customer.ordinary], own):
            found = _example(solver, steps, wishes)
            if found.reached:
                return found
        if found.reached is None or not (where.all or where.any_day):
            return found
        free = [] if where.any_day else [customer.on(where.day)]
        free += [customer.at(where.all)] if where.all else []
        return Answer(_example(solver, steps, free).reached)


def _example(solver: z3.Solver, steps: Sequence[Step], wishes: Sequence[Formula]) -> Answer:
    """A customer who in truth goes this way: doubles may differ from exact numbers, so each is evaluated."""
    customer = _customer()
    with _within(solver, *wishes):
        for _ in range(ATTEMPTS):
            result = solver.check()
            if result != z3.sat:
                return Answer(False if result == z3.unsat else None)
            model = solver.model()
            row = customer.read(model)
            if all(
                (evaluate(each.condition, row, dict(each.values)) is True) == each.holds for each in steps
            ):
                return Answer(True, row)
            solver.add(customer.other_than(model))
    return Answer(None)


def formula(step: Step) -> Formula:
    customer = _customer()
    truth = symbolic(step.condition, customer.columns, dict(step.values), customer.texts)
    assert isinstance(truth, Truth)
    return truth.yes if step.holds else z3.Not(truth.yes)


def anyone(steps: Sequence[Step]) -> Row | None:
    """A customer, of any place and day, who gives all these answers, if the solver finds one."""
    with _lock, _within(_solver(), *(formula(step) for step in steps)):
        ordinary = _example(_solver(), steps, _customer().ordinary)
        return (ordinary if ordinary.reached else _example(_solver(), steps, ())).customer


def is_nobody(steps: Sequence[Step]) -> bool:
    """Whether it is proved that no customer, of any place and day, gives all these answers."""
    with _lock, _within(_solver(), *(formula(step) for step in steps)):
        return bool(_solver().check() == z3.unsat)


def same_question(one: Step, other: Step, within: Sequence[Step]) -> bool:
    """Whether both conditions are true for the same customers of those who went that way."""
    asked = [formula(replace(step, holds=True)) for step in (one, other)]
    with _lock, _within(_solver(), *(formula(step) for step in within), z3.Xor(*asked)):
        return bool(_solver().check() == z3.unsat)


def contradiction(steps: Sequence[Step], places: Sequence[Place]) -> tuple[list[Step], list[str]]:
    """Of a way that nobody goes: fewest answers that exclude one another, and what always holds that makes them.

    None can be left out. Of two that would do, the one nearer to the node is kept.
    """
    with _lock:
        customer, solver = _customer(), z3.Solver()
        solver.set("rlimit", EFFORT)
        solver.add(*customer.limits, *([customer.at(places)] if places else []))
        labels: dict[str, Formula] = {}
        for place, (_, fact) in enumerate(customer.always):
            labels[f"always {place}"] = fact
        for place, step in enumerate(steps):
            labels[f"step {place}"] = formula(step)
        for label, fact in labels.items():
            solver.add(z3.Implies(z3.Bool(label), fact))
        kept = _core(solver, list(labels))
        for label in list(kept):
            fewer = [each for each in kept if each != label]
            if solver.check(*map(z3.Bool, fewer)) == z3.unsat:
                kept = fewer
        return (
            [step for place, step in enumerate(steps) if f"step {place}" in kept],
            [text for place, (text, _) in enumerate(customer.always) if f"always {place}" in kept],
        )


def _core(solver: z3.Solver, labels: list[str]) -> list[str]:
    if solver.check(*map(z3.Bool, labels)) != z3.unsat:
        return labels
    core = {str(each) for each in solver.unsat_core()}
    return [label for label in labels if label in core]


@contextmanager
def _within(solver: z3.Solver, *formulas: Formula) -> Iterator[None]:
    solver.push()
    try:
        solver.add(*formulas)
        yield
    finally:
        solver.pop()


@cache
def _customer() -> AnyCustomer:
    return AnyCustomer()


@cache
def _solver() -> z3.Solver:
    solver = z3.Solver()
    solver.set("rlimit", EFFORT)
    solver.add(*_customer().limits, *(fact for _, fact in _customer().always))
    return solver
