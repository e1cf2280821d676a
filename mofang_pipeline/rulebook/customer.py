"""Any customer there can be, as variables of the solver, and one of them as plain values.

Here: a variable for each column of customer_wide, what always holds between them (columns.py), and the limits of
the engine's types. Not here: the tree.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Any

import z3

from mofang_pipeline.rulebook.columns import ALWAYS, ALWAYS_GIVEN, COLUMNS
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.symbolic import NEVER, Formula, Quantity, Term, Texts, Truth, symbolic

Place = tuple[str, str | None]  # province, city
Row = dict[str, Any]
INTEGER, BIGINT = 2**31 - 1, 10**15  # the engine's; bigint is cut to what a rule can write
_WIDE = frozenset(name for name in COLUMNS if name.startswith(("pay_cnt_", "refund_", "fail_", "contact_")))


class AnyCustomer:
    """The variables. One set of them serves every proof; it is no customer of any organisation or day."""

    def __init__(self) -> None:
        self.texts = Texts()
        self.columns = {name: _variable(name, kind) for name, kind in COLUMNS.items()}

    @cached_property
    def limits(self) -> list[Formula]:
        """What the engine's types can hold."""
        limits = []
        for name, kind in COLUMNS.items():
            if kind != "bool":
                low, high = _range(name, kind)
                limits += [self._value(name) >= low, self._value(name) <= high]
        return limits

    @cached_property
    def always(self) -> list[tuple[str, Formula]]:
        """What holds of every customer: the condition as written, and its formula."""
        return [(each.condition, z3.Not(self.truth(each.condition).no)) for each in ALWAYS]

    @cached_property
    def ordinary(self) -> list[Formula]:
        """Holds of customers that a person can picture. Preferred for examples and never needed."""
        ordinary = []
        for name, kind in COLUMNS.items():
            low, high = _ORDINARY.get(name, _ORDINARY_KIND.get(kind, (None, None)))
            if low is not None:
                within = z3.And(self._value(name) >= low, self._value(name) <= high)
                null = self._null(name)
                ordinary += [z3.Or(null, within), *([z3.Not(null)] if name in _KNOWN else [])]
        return ordinary

    def truth(self, condition: str) -> Truth:
        """A condition without parameters."""
        term = symbolic(parse_condition(condition, {}), self.columns, {}, self.texts)
        assert isinstance(term, Truth)
        return term

    def on(self, day: date) -> Formula:
        first = day.replace(day=1)
        return z3.And(self._value("day") == day.toordinal(), self._value("month_start") == first.toordinal())

    def at(self, places: Iterable[Place]) -> Formula:
        """A customer of one of these places."""
        return z3.Or(
            [z3.And(self._in("province", province), self._in("city", city)) for province, city in places]
        )

    def _in(self, name: str, code: str | None) -> Formula:
        if code is None:
            return self._null(name)
        return z3.And(z3.Not(self._null(name)), self._value(name) == self.texts.code(code))

    def _value(self, name: str) -> Formula:
        term = self.columns[name]
        assert isinstance(term, Quantity)
        return term.over

    def _null(self, name: str) -> Formula:
        return self.columns[name].null

    def read(self, model: z3.ModelRef) -> Row:
        """The customer of a model: column -> value, as in customer_wide."""
        return {name: self._plain(model, name, kind) for name, kind in COLUMNS.items()}

    def other_than(self, model: z3.ModelRef) -> Formula:
        """A customer who differs from the model's in some number."""
        numbers = [self._value(name) for name, kind in COLUMNS.items() if kind != "bool"]
        return z3.Or([each != model.eval(each, model_completion=True) for each in numbers])

    def _plain(self, model: z3.ModelRef, name: str, kind: str) -> Any:
        def value_of(formula: Formula) -> Any:
            return model.eval(formula, model_completion=True)

        if z3.is_true(value_of(self._null(name))):
            return None
        term = self.columns[name]
        if isinstance(term, Truth):
            return z3.is_true(value_of(term.yes))
        number = value_of(term.over).as_long()
        readers: dict[str, Callable[[int], Any]] = {"date": date.fromordinal, "text": self.texts.text}
        return readers.get(kind, int)(number)


def _variable(name: str, kind: str) -> Term:
    null = NEVER if name in ALWAYS_GIVEN else z3.Bool(f"{name} is null")
    if kind == "bool":
        value = z3.Bool(name)
        return Truth(z3.And(value, z3.Not(null)), z3.And(z3.Not(value), z3.Not(null)))
    return Quantity(z3.Int(name), null)


def _range(name: str, kind: str) -> tuple[int, int]:
    if kind == "date":
        return date.min.toordinal(), date.max.toordinal()
    if kind == "text":
        return 0, INTEGER
    most = BIGINT if kind == "money" or name in _WIDE else INTEGER
    return -most, most


_KNOWN = frozenset({"age", "deposit_fen", "aum_fen"})  # ordinarily not NULL
_ORDINARY_KIND = {"int": (0, 4_000), "money": (0, 10**9)}
_ORDINARY = {
    "age": (18, 90),
    "debit_cards": (0, 5),
    "bound_agreements": (0, 9),
    "day": (date(2000, 1, 1).toordinal(), date(2099, 12, 31).toordinal()),
}
