"""Random rulebooks: sound ones, and the same with one fault planted, for tests and `make bench`.

A sound tree is sound by its making, without any solver: it grows by dividing a crowd of made-up customers, so that
every leaf keeps some of them, under every organisation's values.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from mofang_pipeline.rulebook.columns import ALWAYS, COLUMNS, WINDOWS
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import (
    Branch,
    Node,
    Organisation,
    Override,
    Parameter,
    Rulebook,
    Settings,
    Tree,
)
from mofang_pipeline.rulebook.resolve import resolved

DAY = date(2026, 3, 31)
Row = dict[str, Any]
ORGANISATIONS = {
    each.org_code: each
    for each in (
        Organisation("HQ", None, "hq", "总行", "Head office"),
        Organisation("P1", "HQ", "tier1", "甲省", "Province one"),
        Organisation("P2", "HQ", "tier1", "乙省", "Province two"),
        Organisation("C1", "P1", "tier2", "甲市", "City one"),
        Organisation("C2", "P1", "tier2", "乙市", "City two"),
    )
}
PARAMETERS = {
    "few": Parameter("few", "int", 3, 0, 400, "", "tier2", "少", "Few"),
    "many": Parameter("many", "int", 20, 1, 900, "", "tier2", "多", "Many"),
    "rich": Parameter("rich", "money", 3000, 0, 900_000, "yuan", "tier1", "富", "Rich"),
    "share": Parameter("share", "number", Decimal("0.5"), 0, 1, "", "hq", "比例", "Share"),
}
NUMBERS = [name for name, kind in COLUMNS.items() if kind == "int"]
AMOUNTS = [name for name, kind in COLUMNS.items() if kind == "money"]
TEXTS = {"gender": ["F", "M"], "top_institution_30d": ["alipay", "wechat"], "status": ["active", "frozen"]}
FLAGS = [name for name, kind in COLUMNS.items() if kind == "bool"]


def crowd(random: Random, size: int) -> list[Row]:
    """Customers whose columns agree with one another, as those of customer_wide do."""
    return [_customer(random) for _ in range(size)]


def _customer(random: Random) -> Row:
    province, city = random.choice([("P1", None), ("P1", "C1"), ("P1", "C2"), ("P2", None)])
    cards = random.choice([0, 1, 1, 2])
    agreements = random.choice([0, 0, 1, 2, 3]) if cards else 0
    bound = sorted(random.choices(range(900), k=2)) if agreements or random.random() < 0.3 else None
    failures = random.choice([0, 0, 2, 5])
    return {
        "day": DAY, "month_start": DAY.replace(day=1), "province": province, "city": city,
        "status": random.choice(["active", "active", "frozen"]), "age": random.choice([None, *range(10, 95)]),
        "gender": random.choice([None, "F", "M"]), "is_rural": random.choice([None, True, False]),
        "tenure_days": random.randrange(4000), "has_mobile": random.random() < 0.8,
        "id_expired": random.random() < 0.2, "debit_cards": cards, "bindable_cards": random.randint(0, cards),
        "newest_card_age_days": random.randrange(1500) if cards else None, "bound_agreements": agreements,
        "bound_institutions": random.randint(min(agreements, 1), agreements), "ever_bound": bound is not None,
        "days_since_first_bind": bound and bound[1], "days_since_last_bind": bound and bound[0],
        "days_since_last_unbind": bound and random.choice([None, random.randrange(900)]),
        **_payments(random), "refund_cnt_30d": random.choice([0, 0, 1]), "fail_cnt_30d": failures,
        "fail_balance_cnt_30d": random.randint(0, failures), "contact_cnt_30d": random.choice([0, 1, 3]),
        "deposit_fen": random.choice([None, -500, 0, random.randrange(10**7)]),
        "aum_fen": random.choice([None, 0, random.randrange(10**8)]),
        **{f"inflow_{kind}_90d": random.choice([0, 0, random.randrange(10**6)])
           for kind in ("payroll", "pension", "subsidy", "crop")},
        "reward_amt_90d": random.choice([0, random.randrange(5000)]),
    }  # fmt: skip


def _payments(random: Random) -> Row:
    """All that follows from the payments' days (as ages in days) and amounts."""
    longest = random.choice([0, 5, 25, 100, 300, 700])
    times = random.choice([1, 4, 40]) if longest else 0
    paid = sorted((random.randrange(longest), random.randrange(1, 200_000)) for _ in range(times))
    ages = sorted({age for age, _ in paid})
    gaps = [(older - newer, newer) for newer, older in pairwise(ages)]
    recent = [gap for gap, ended in gaps if ended < 30]
    previous = DAY.day + (DAY.replace(day=1) - timedelta(days=1)).day
    here = random.randint(1, sum(age < 30 for age, _ in paid)) if ages and ages[0] < 30 else 0
    found: Row = {
        "first_paid_on": DAY - timedelta(days=ages[-1]) if ages else None,
        "last_paid_on": DAY - timedelta(days=ages[0]) if ages else None,
        "days_since_first_paid": ages[-1] if ages else None, "days_since_last_paid": ages[0] if ages else None,
        "last_gap_days": gaps[0][0] if gaps else None, "gap_before_return_days": max(recent, default=None),
        "pay_cnt_prev90_before_30d": sum(30 <= age < 120 for age, _ in paid),
        "pay_cnt_mtd": sum(age < DAY.day for age, _ in paid),
        "pay_cnt_prev_month": sum(DAY.day <= age < previous for age, _ in paid),
        "institutions_paid_30d": here, "top_institution_30d": random.choice(["alipay", "jd"]) if here else None,
    }  # fmt: skip
    for days in WINDOWS:
        found[f"pay_cnt_{days}d"] = sum(age < days for age, _ in paid)
        found[f"pay_amt_{days}d"] = sum(amount for age, amount in paid if age < days)
    return found


def impossible(rows: list[Row]) -> list[str]:
    """What always holds and does not of one of these: the crowd must be of possible customers."""
    facts = {each.condition: parse_condition(each.condition, {}) for each in ALWAYS}
    return [text for text, fact in facts.items() if any(evaluate(fact, row, {}) is False for row in rows)]


@dataclass
class Grower:
    """Grows one random rulebook."""

    random: Random
    rows: list[Row]

    def sound(self) -> Rulebook:
        """A rulebook in which every organisation's every leaf has somebody of the crowd."""
        random, tree = self.random, self._tree()
        rulebook = Rulebook(Settings(), ORGANISATIONS, (), tree, {})
        for code in random.sample(["P1", "P2", "C1"], random.randint(0, 3)):
            branch = Branch(code, self._values(code), self._splits(rulebook, code))
            trial = replace(rulebook, branches={**rulebook.branches, code: branch})
            if everybody_somewhere(trial, self.rows):
                rulebook = trial
        return rulebook

    def _tree(self) -> Tree:
        root = Node("root", None, None, "全部", "All")
        nodes, open_nodes = [root], [(root, self.rows)]
        values = {"few": 3, "many": 20, "rich": 300_000, "share": 0.5}
        while open_nodes and len(nodes) < self.random.choice([6, 10, 16]):
            parent, rows = open_nodes.pop(self.random.randrange(len(open_nodes)))
            children = self._divided(parent.id, rows, values, f"N{len(nodes)}")
            nodes += [node for node, _ in children]
            open_nodes += [each for each in children if len(each[1]) > 1]
        if len(nodes) == 1:
            nodes += [node for node, _ in self._divided("root", self.rows, values, "N")]
        return Tree("random", PARAMETERS, ("few < many",), tuple(nodes))

    def _divided(
        self, parent: str, rows: list[Row], values: dict[str, Any], prefix: str
    ) -> list[tuple[Node, list[Row]]]:
        """Children of which each takes some of the rows; none where no condition divides them."""
        children, left = [], rows
        for number in range(self.random.randint(1, 3)):
            for _ in range(12):
                text = self.condition()
                parsed = parse_condition(text, {name: each.type for name, each in PARAMETERS.items()})
                taken = [row for row in left if evaluate(parsed, row, values) is True]
                if 0 < len(taken) < len(left):
                    children.append((Node(f"{prefix}_{number}", parent, text, "甲", "A"), taken))
                    left = [row for row in left if not any(row is each for each in taken)]
                    break
        return [*children, (Node(f"{prefix}_REST", parent, None, "余", "Rest"), left)] if children else []

    def _values(self, code: str) -> dict[str, tuple[Override, ...]]:
        choices: dict[str, list[int]] = {"few": [0, 1, 2, 5, 10], "many": [15, 30, 60, 400]}
        if ORGANISATIONS[code].level == "tier1":
            choices["rich"] = [0, 1, 1000, 90_000]
        names = self.random.sample(list(choices), self.random.randint(0, len(choices)))
        from_day = self.random.choice([None, date(2026, 1, 1)])
        return {name: (Override(self.random.choice(choices[name]), from_day),) for name in names}

    def _splits(self, rulebook: Rulebook, code: str) -> tuple[Node, ...]:
        leaf = self.random.choice(rulebook.tree.leaves)
        rows = [row for row in self.rows if code in (row["province"], row["city"])]
        values = {name: each.value for name, each in resolved(rulebook, DAY)[code].items()}
        inside = [row for row in rows if landed(rulebook, "HQ", row, values) == leaf]
        return tuple(node for node, _ in self._divided(leaf, inside, values, f"L{code}")) if inside else ()

    def condition(self, depth: int = 0) -> str:
        """A random condition of the rule language."""
        kinds: list[Callable[[], str]] = [self._number, self._number, self._amount, self._flag, self._text]
        kinds += [self._date, self._computed, *([self._joined] * 2 if depth < 2 else [])]
        return self.random.choice(kinds)()

    def _joined(self) -> str:
        one, other = self.condition(1), self.condition(1)
        return self.random.choice([f"({one}) and ({other})", f"({one}) or ({other})", f"not ({one})"])

    def _number(self) -> str:
        column, number = self.random.choice(NUMBERS), self.random.choice([0, 1, 2, 5, 17, 30, 65, 120])
        value = self.random.choice([str(number), str(number), ":few", ":many"])
        symbol = self.random.choice(["<", "<=", ">", ">=", "=", "<>"])
        return self.random.choice(
            [
                f"{column} {symbol} {value}",
                f"{value} {symbol} {column}",
                f"{column} between {number} and {number + 40}",
                f"coalesce({column}, 0) {symbol} {value}",
                f"{column} is null",
                f"{column} in ({number}, {number + 1}, :few)",
            ]
        )

    def _amount(self) -> str:
        column, symbol = self.random.choice(AMOUNTS), self.random.choice(["<", ">=", ">"])
        value = self.random.choice([":rich", "0", "50000", "1000000"])
        return f"{column} {symbol} {value}"

    def _flag(self) -> str:
        column = self.random.choice(FLAGS)
        return self.random.choice([column, f"not {column}", f"{column} is not null", f"{column} = true"])

    def _text(self) -> str:
        column = self.random.choice(list(TEXTS))
        texts = TEXTS[column]
        return self.random.choice(
            [
                f"{column} = '{texts[0]}'",
                f"{column} in ('{texts[0]}', '{texts[1]}')",
                f"{column} <> '{texts[1]}'",
            ]
        )

    def _date(self) -> str:
        column = self.random.choice(["first_paid_on", "last_paid_on"])
        number = self.random.choice([3, 31, 200])
        return self.random.choice([f"days(day, {column}) < {number}", f"{column} >= '2026-01-15'"])

    def _computed(self) -> str:
        near, far = sorted(self.random.sample(WINDOWS, 2))
        return self.random.choice(
            [
                f"pay_cnt_{far}d - pay_cnt_{near}d > :few",
                f"pay_cnt_{near}d / pay_cnt_{far}d > :share",
                f"pay_amt_{far}d / pay_cnt_{far}d >= :rich",
                f"pay_amt_{near}d * 2 > pay_amt_{far}d",
                f"- pay_cnt_{near}d < -3",
            ]
        )


def landed(rulebook: Rulebook, code: str, row: Row, values: dict[str, Any]) -> str:
    """The leaf by a plain walk: main tree, then the organisation's own split (`HQ` has none)."""
    at = rulebook.tree.root.id
    while at in rulebook.tree.children:
        at = _taker(rulebook, rulebook.tree.children[at], row, values)
    for owner in rulebook.lineage(code):
        group = rulebook.branch(owner).split_groups.get(at)
        if group:
            return _taker(rulebook, group, row, values)
    return at


def _taker(rulebook: Rulebook, siblings: tuple[Node, ...], row: Row, values: dict[str, Any]) -> str:
    types = rulebook.tree.parameter_types
    for node in siblings:
        if node.when is None or evaluate(parse_condition(node.when, types), row, values) is True:
            return node.id
    raise ValueError(siblings)


def everybody_somewhere(rulebook: Rulebook, rows: list[Row]) -> bool:
    """Whether in every organisation and period every leaf has somebody, and the constraint holds."""
    for day in (date.min, DAY):
        for code, values in resolved(rulebook, day).items():
            numbers = {name: each.value for name, each in values.items()}
            local = {
                leaf: owner
                for owner in rulebook.lineage(code)
                for leaf in rulebook.branch(owner).split_groups
            }
            leaves = {landed(rulebook, code, row, numbers) for row in rows}
            wanted = len(set(rulebook.tree.leaves) - set(local)) + sum(
                len(_group(rulebook, code, leaf)) for leaf in local
            )
            if len(leaves) != wanted or not numbers["few"] < numbers["many"]:
                return False
    return True


def _group(rulebook: Rulebook, code: str, leaf: str) -> tuple[Node, ...]:
    groups = (rulebook.branch(owner).split_groups.get(leaf, ()) for owner in rulebook.lineage(code))
    return next(group for group in groups if group)
