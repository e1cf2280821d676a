"""Which value of each parameter holds for which organisation on which day: tier2, else tier1, else head
office.

Values come out in the engine's units (money in fen). Days come from the caller, never from the clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from mofang_pipeline.rulebook.model import (
    LEVELS,
    Organisation,
    Override,
    Problem,
    Rulebook,
    RulebookError,
    Scalar,
)
from mofang_pipeline.rulebook.values import ValueProblem, engine_value


@dataclass(frozen=True)
class Resolved:
    """A parameter's value in force (int, fen or float) and the organisation and level that set it."""

    value: int | float
    level: str
    org_code: str


Values = Mapping[str, Resolved]


def resolved(rulebook: Rulebook, day: date) -> dict[str, Values]:
    """Organisation code -> parameter -> Resolved, for every organisation on `day`.

    Raises RulebookError for a value that does not fit its parameter's type (check names them all).
    """
    head = rulebook.head_office.org_code
    defaults = {
        name: Resolved(_engine(rulebook, "tree.yaml", name, parameter.default), "hq", head)
        for name, parameter in rulebook.tree.parameters.items()
    }
    values: dict[str, Values] = {}
    for org in sorted(rulebook.organisations.values(), key=lambda each: LEVELS.index(each.level)):
        inherited = defaults if org.parent_code is None else values[org.parent_code]
        values[org.org_code] = _with_own(rulebook, org, inherited, day)
    return values


def _with_own(rulebook: Rulebook, org: Organisation, inherited: Values, day: date) -> Values:
    own = {}
    for name, overrides in rulebook.branch(org.org_code).values.items():
        override = in_force(overrides, day)
        parameter = rulebook.tree.parameters.get(name)
        if override is None or override.value is None or parameter is None:
            continue
        if org.level == "hq" or not parameter.locked:
            value = _engine(rulebook, f"branches/{org.org_code}.yaml", name, override.value)
            own[name] = Resolved(value, org.level, org.org_code)
    return {**inherited, **own} if own else inherited


def in_force(overrides: tuple[Override, ...], day: date) -> Override | None:
    """The latest of those begun by `day`; one without `from` holds since the beginning."""
    begun = [override for override in overrides if override.from_day is None or override.from_day <= day]
    return max(reversed(begun), key=lambda override: override.from_day or date.min, default=None)


def change_days(rulebook: Rulebook) -> tuple[date, ...]:
    """The days from which some organisation's value changes, in order."""
    return tuple(
        sorted(
            {
                override.from_day
                for branch in rulebook.branches.values()
                for overrides in branch.values.values()
                for override in overrides
                if override.from_day is not None
            }
        )
    )


def periods(rulebook: Rulebook, first_day: date, last_day: date) -> list[tuple[date, date]]:
    """(valid_from, valid_to), both included, from first_day to last_day; within each nothing changes."""
    starts = [first_day, *(day for day in change_days(rulebook) if first_day < day <= last_day)]
    ends = [day - timedelta(days=1) for day in starts[1:]] + [last_day]
    return list(zip(starts, ends, strict=True))


def _engine(rulebook: Rulebook, file: str, name: str, written: Scalar) -> int | float:
    try:
        return engine_value(rulebook.tree.parameters[name].type, written)
    except ValueProblem as problem:
        raise RulebookError([Problem(file, f"parameter {name}", problem.en, problem.zh)]) from None
