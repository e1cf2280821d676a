"""Faults to plant in a sound random rulebook, each with what must be found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from benchmarks.planted import Grower
from mofang_pipeline.rulebook import check
from mofang_pipeline.rulebook.gaps import with_examples
from mofang_pipeline.rulebook.model import Branch, Node, Override, Problem, Rulebook, Scalar, by_parent
from mofang_pipeline.rulebook.structure import tree_problems

NEVER = (
    "pay_cnt_7d > pay_cnt_30d",
    "bindable_cards > debit_cards",
    "days_since_last_paid < 30 and pay_cnt_30d = 0",
    "first_paid_on is null and last_paid_on is not null",
    "days(day, last_paid_on) < 3 and days_since_last_paid > 3",
    "age between 40 and 30",
    "pay_cnt_30d / pay_cnt_90d > 1",
    "tenure_days < :few and tenure_days > :many",
    "gender = 'X'",
    "has_mobile is null",
)
INJECTIONS = (
    "age = 1; drop table mart.customer_wide",
    "age = 1 -- and so on",
    "age = 1 /* */ or true",
    "age in (select 1)",
    "read_csv('/etc/passwd') = 1",
    "getenv('HOME') = 'x'",
    "gender = 'a' || 'b'",
    "gender = 'x'' or ''y'",
    '"age" = 1',
    "age = 1 union all select 2",
    "age > 1e309",
    "cast(age as text) = '1'",
    "w.age = 1",
    "customer_key = 1",
    "$few = 1",
)
WRITTEN: tuple[Scalar, ...] = ("1; drop table x", "1e309", ".nan", True, "", 10**400)
SHOWN = ("for example", "is never true", "asks the same as its sibling")


@dataclass(frozen=True)
class Planted:
    """A faulty rulebook, and the problem that must be found.

    `has_example`: with a customer who shows it, or the proof that there is none, or the sibling that asks the same.
    """

    kind: str
    rulebook: Rulebook
    file: str
    subject: str
    has_example: bool = False


def found(rulebook: Rulebook) -> Sequence[Problem]:
    """All problems, as reading and checking give them."""
    tree = rulebook.tree
    return with_examples(tree_problems(tree.nodes, "tree.yaml"), tree.parameters, tree.nodes) or check(
        rulebook
    )


def is_found(planted: Planted) -> bool:
    return any(
        (each.file, each.subject) == (planted.file, planted.subject)
        and (not planted.has_example or any(text in each.en for text in SHOWN))
        for each in found(planted.rulebook)
    )


class Planter:
    """Plants one fault of a random kind."""

    def __init__(self, random: Random, grower: Grower) -> None:
        self.random, self.grower = random, grower

    def planted(self, sound: Rulebook) -> Planted:
        kinds: list[Callable[[Rulebook], Planted]] = [
            self._shadowed, self._shadowed, self._same, self._never, self._exhausted, self._gap, self._by_values,
            self._local, self._constraint, self._bounds, self._level, self._unknown, self._injected, self._written,
        ]  # fmt: skip
        return self.random.choice(kinds)(sound)

    def _shadowed(self, sound: Rulebook) -> Planted:
        place, node = self._asked(sound)
        when = f"({node.when}) and ({self.grower.condition(2)})"
        return self._with_node("shadowed", sound, place + 1, node.parent, when, has_example=True)

    def _same(self, sound: Rulebook) -> Planted:
        place, node = self._asked(sound)
        when = self.random.choice([f"not (not ({node.when}))", f"({node.when}) and ({node.when})"])
        return self._with_node("same", sound, place + 1, node.parent, when, has_example=True)

    def _never(self, sound: Rulebook) -> Planted:
        place, node = self._asked(sound)
        return self._with_node("never", sound, place, node.parent, self.random.choice(NEVER))

    def _exhausted(self, sound: Rulebook) -> Planted:
        """The next sibling takes all whom this one leaves: nobody is left for `otherwise`."""
        place, node = self._asked(sound)
        when = f"not coalesce(({node.when}), false)"
        planted = self._with_node("exhausted", sound, place + 1, node.parent, when, has_example=True)
        rest = by_parent(sound.tree.nodes)[node.parent or ""][-1]
        return replace(planted, subject=f"node {rest.id}")

    def _gap(self, sound: Rulebook) -> Planted:
        parent, children = self.random.choice(list(sound.tree.children.items()))
        inside = {children[-1].id}
        for node in sound.tree.nodes:
            inside |= {node.id} if node.parent in inside else set()
        nodes = tuple(node for node in sound.tree.nodes if node.id not in inside)
        return Planted("gap", self._with(sound, nodes), "tree.yaml", f"node {parent}", has_example=True)

    def _by_values(self, sound: Rulebook) -> Planted:
        """All is well with head office's values; a branch's own let one node take all of the next."""
        first = Node("MANY", "root", "refund_cnt_30d > :many", "甲", "A")
        second = Node("FIFTEEN", "root", "refund_cnt_30d = 15", "乙", "B")
        root, *others = sound.tree.nodes
        rulebook = self._with(sound, (root, first, second, *others))
        from_day = self.random.choice([None, date(2026, 2, 1)])
        values = {"many": (Override(10, from_day),), "few": (Override(3),)}
        branches = {"P2": replace(sound.branch("P2"), values=values)}
        planted = replace(rulebook, branches={**sound.branches, **branches})
        return Planted("by values", planted, "branches/P2.yaml", "node FIFTEEN", has_example=True)

    def _local(self, sound: Rulebook) -> Planted:
        leaf = self.random.choice(sound.tree.leaves)
        when = self.grower.condition(2)
        nodes = (
            Node("LA", leaf, when, "甲", "A"),
            Node("LB", leaf, f"({when}) and is_rural", "乙", "B"),
            Node("LC", leaf, None, "丙", "C"),
        )
        planted = replace(sound, branches={**sound.branches, "P2": Branch("P2", {}, nodes)})
        return Planted("local", planted, "branches/P2.yaml", "node LB")

    def _constraint(self, sound: Rulebook) -> Planted:
        planted = self._with_value(sound, "P2", "few", 400)
        return Planted("constraint", planted, "branches/P2.yaml", "organisation P2")

    def _bounds(self, sound: Rulebook) -> Planted:
        planted = self._with_value(sound, "P2", "many", self.random.choice([0, -1, 901, 10**9]))
        return Planted("bounds", planted, "branches/P2.yaml", "parameter many")

    def _level(self, sound: Rulebook) -> Planted:
        name, code = self.random.choice([("share", "P2"), ("rich", "C1"), ("share", "C1")])
        file = f"branches/{code}.yaml"
        return Planted("level", self._with_value(sound, code, name, 1), file, f"parameter {name}")

    def _unknown(self, sound: Rulebook) -> Planted:
        place, node = self._asked(sound)
        when = self.random.choice(["agee > 1", "age > :fewer", "aum_fen > :few", "age > few"])
        return self._with_node("unknown", sound, place, node.parent, when)

    def _injected(self, sound: Rulebook) -> Planted:
        place, node = self._asked(sound)
        return self._with_node("injection", sound, place, node.parent, self.random.choice(INJECTIONS))

    def _written(self, sound: Rulebook) -> Planted:
        planted = self._with_value(sound, "P2", "few", self.random.choice(WRITTEN))
        return Planted("written", planted, "branches/P2.yaml", "parameter few")

    def _asked(self, sound: Rulebook) -> tuple[int, Node]:
        """A node with a condition and its place in the file."""
        return self.random.choice([each for each in enumerate(sound.tree.nodes) if each[1].when])

    def _with_node(
        self,
        kind: str,
        sound: Rulebook,
        place: int,
        parent: str | None,
        when: str,
        *,
        has_example: bool = False,
    ) -> Planted:
        nodes = list(sound.tree.nodes)
        nodes.insert(place, Node("PLANTED", parent, when, "假", "False"))
        return Planted(kind, self._with(sound, tuple(nodes)), "tree.yaml", "node PLANTED", has_example)

    def _with(self, sound: Rulebook, nodes: tuple[Node, ...]) -> Rulebook:
        return replace(sound, tree=replace(sound.tree, nodes=nodes))

    def _with_value(self, sound: Rulebook, code: str, name: str, value: Scalar) -> Rulebook:
        branch = sound.branch(code)
        values = {**branch.values, name: (Override(value),)}
        return replace(sound, branches={**sound.branches, code: replace(branch, values=values)})
