"""Values of parameters as a history: what changed, from which day, and which value follows from it.

Pure: changes come in, a rulebook comes out. Of the changes of one organisation's parameter, the one that takes effect
last counts, and of those from the same day the newest. Days are in the business's calendar; what was known when is
the caller's choice of changes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mofang_pipeline.rulebook.model import Override, Rulebook, Scalar

Key = tuple[str, str, date | None]
Stated = dict[Key, Scalar | None]


@dataclass(frozen=True)
class Change:
    """An organisation's value of a parameter from a day (None: from the beginning).

    A `value` of None: from that day the value of the organisation above holds again. `withdrawn`: what was set from
    that very day is taken back, and whatever was set from before it goes on.
    """

    org_code: str
    parameter: str
    value: Scalar | None
    effective_from: date | None = None
    withdrawn: bool = False

    @property
    def key(self) -> Key:
        return self.org_code, self.parameter, self.effective_from


def stated(rulebook: Rulebook) -> Stated:
    """What a rulebook says, head office's defaults included; a locked parameter is head office's alone."""
    head = rulebook.head_office.org_code
    values: Stated = {(head, name, None): each.default for name, each in rulebook.tree.parameters.items()}
    for code, branch in rulebook.branches.items():
        for name, overrides in branch.values.items():
            if code == head or not is_locked(rulebook, name):
                values |= {(code, name, each.from_day): each.value for each in overrides}
    return values


def is_locked(rulebook: Rulebook, parameter: str) -> bool:
    known = rulebook.tree.parameters.get(parameter)
    return known is not None and known.locked


def differences(before: Stated, after: Rulebook, in_force: Stated) -> list[Change]:
    """What editing the files from `before` to `after` changes, given what is in force.

    Lines that were not edited change nothing, so a value set since by a person stays. A parameter that is now locked
    loses every value below head office, whoever set it; what the files know no more loses its values, too.
    """
    said = stated(after)
    edited = {key: value for key, value in said.items() if before.get(key, ...) != value}
    gone = [key for key in before if key not in said]
    gone += [key for key in in_force if key not in said and not _is_open(after, *key[:2])]
    changes = [Change(code, name, None, day, withdrawn=True) for code, name, day in dict.fromkeys(gone)]
    changes += [Change(code, name, value, day) for (code, name, day), value in edited.items()]
    return [change for change in changes if not _holds(change, in_force)]


def _is_open(rulebook: Rulebook, org_code: str, parameter: str) -> bool:
    """Whether the organisation may have a value of its own."""
    if org_code not in rulebook.organisations or parameter not in rulebook.tree.parameters:
        return False
    return org_code == rulebook.head_office.org_code or not is_locked(rulebook, parameter)


def _holds(change: Change, in_force: Stated) -> bool:
    return change.key not in in_force if change.withdrawn else in_force.get(change.key, ...) == change.value


def standing(changes: Iterable[Change]) -> Stated:
    """What is left of the changes, given in the order in which they came into force."""
    values: Stated = {}
    for change in changes:
        if change.withdrawn:
            values.pop(change.key, None)
        else:
            values[change.key] = change.value
    return values


def as_changes(values: Stated) -> list[Change]:
    """Values that stand, as the changes that would make them."""
    return [Change(code, name, value, day) for (code, name, day), value in values.items()]


def with_values(rulebook: Rulebook, values: Mapping[Key, Scalar | None]) -> Rulebook:
    """The rulebook with these values and no others; its tree, organisations and splits stay."""
    overrides: dict[str, dict[str, tuple[Override, ...]]] = {code: {} for code in rulebook.branches}
    for (code, name, day), value in _ordered(values):
        if not _is_default(rulebook, code, name, day, value):
            own = overrides.setdefault(code, {})
            own[name] = (*own.get(name, ()), Override(value, day))
    branches = {code: replace(rulebook.branch(code), values=own) for code, own in overrides.items()}
    return replace(rulebook, branches=branches)


def with_changes(rulebook: Rulebook, changes: Iterable[Change]) -> Rulebook:
    """The rulebook with these changes on top of what it says."""
    return with_values(rulebook, standing([*as_changes(stated(rulebook)), *changes]))


def _ordered(values: Mapping[Key, Scalar | None]) -> Iterator[tuple[Key, Scalar | None]]:
    yield from sorted(values.items(), key=lambda item: (*item[0][:2], item[0][2] or date.min))


def _is_default(rulebook: Rulebook, code: str, name: str, day: date | None, value: Scalar | None) -> bool:
    at_head = code == rulebook.head_office.org_code and day is None
    return at_head and value == rulebook.tree.parameters[name].default
