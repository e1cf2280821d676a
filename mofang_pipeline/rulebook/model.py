"""What a rulebook is, once read: frozen values and nothing else.

Here: the shapes of organisations, parameters, nodes, overrides and problems. Not here: files, SQL, rules
about what is allowed (structure.py, check.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from mofang_pipeline.rulebook.campaign import Campaign

LEVELS = ("hq", "tier1", "tier2")
Scalar = int | Decimal | str | bool


@dataclass(frozen=True)
class Problem:
    """One thing wrong: the file and what in it is at fault, why and what to do, in English and Chinese."""

    file: str
    subject: str
    en: str
    zh: str

    def __str__(self) -> str:
        return " ".join(f"{self.file}: {self.subject}: {self.en} / {self.zh}".split())


class RulebookError(ValueError):
    """The rulebook cannot be used. `problems` holds all that was found; `str()` is one line, the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(*self.problems)

    def __str__(self) -> str:
        more = len(self.problems) - 1
        return str(self.problems[0]) + (f" (and {more} more)" if more else "")


@dataclass(frozen=True)
class Settings:
    """settings.yaml: choices that hold for the whole installation. A key left out keeps this default."""

    maker_checker: bool = True
    timezone: str = "Asia/Shanghai"
    restatement_days: int = 3
    small_cell: int = 5
    volume_floor: int = 1000
    tolerance_fen: int = 0
    timing_days: int = 3
    global_control_share: Decimal = Decimal(0)
    edge_days: int = 3
    edge_percent: int = 10


@dataclass(frozen=True)
class Organisation:
    org_code: str
    parent_code: str | None
    level: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class Institution:
    institution_code: str
    name_zh: str
    name_en: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True)
class Parameter:
    """A number of the tree. default, minimum, maximum are as written: a `money` parameter is in yuan here.

    `locked`: head office's value holds for everybody, whatever a branch has set and whatever `set_by` allows.
    """

    name: str
    type: str
    default: Scalar
    minimum: Scalar | None
    maximum: Scalar | None
    unit: str
    set_by: str
    zh: str
    en: str
    locked: bool = False


@dataclass(frozen=True)
class Node:
    """A node of the main tree or of a split. `when` is None for the root and for `otherwise` nodes."""

    id: str
    parent: str | None
    when: str | None
    zh: str
    en: str


@dataclass(frozen=True)
class Override:
    """An organisation's value of a parameter, as written (yuan), from a day or from the beginning.

    None: from that day on the organisation has no value of its own and inherits again.
    """

    value: Scalar | None
    from_day: date | None = None


def by_parent(nodes: Iterable[Node]) -> dict[str, tuple[Node, ...]]:
    """Parent id -> its children, in the order in which they are tried."""
    groups: dict[str, list[Node]] = {}
    for node in nodes:
        if node.parent is not None:
            groups.setdefault(node.parent, []).append(node)
    return {parent: tuple(children) for parent, children in groups.items()}


@dataclass(frozen=True)
class Tree:
    """Head office's main tree."""

    id: str
    parameters: Mapping[str, Parameter]
    constraints: tuple[str, ...]
    nodes: tuple[Node, ...]

    @cached_property
    def root(self) -> Node:
        return next(node for node in self.nodes if node.parent is None)

    @cached_property
    def children(self) -> dict[str, tuple[Node, ...]]:
        return by_parent(self.nodes)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """Ids of the main tree's leaves, in the file's order."""
        return tuple(node.id for node in self.nodes if node.id not in self.children)

    @cached_property
    def parameter_types(self) -> dict[str, str]:
        return {name: parameter.type for name, parameter in self.parameters.items()}


@dataclass(frozen=True)
class Branch:
    """What one organisation sets for itself: its values and its local splits of main leaves."""

    org_code: str
    values: Mapping[str, tuple[Override, ...]] = field(default_factory=dict)
    splits: tuple[Node, ...] = ()

    @property
    def file(self) -> str:
        return f"branches/{self.org_code}.yaml"

    @cached_property
    def split_groups(self) -> dict[str, tuple[Node, ...]]:
        """Main leaf -> the local leaves that replace it here."""
        return by_parent(self.splits)


@dataclass(frozen=True)
class Rulebook:
    """Everything that the business wrote down, parsed; `check` says whether it makes sense."""

    settings: Settings
    organisations: Mapping[str, Organisation]
    institutions: tuple[Institution, ...]
    tree: Tree
    branches: Mapping[str, Branch]
    campaigns: tuple[Campaign, ...] = ()

    @cached_property
    def head_office(self) -> Organisation:
        return next(org for org in self.organisations.values() if org.level == "hq")

    @cached_property
    def tier1_codes(self) -> tuple[str, ...]:
        """Codes of the tier-1 branches, in the file's order."""
        return tuple(org.org_code for org in self.organisations.values() if org.level == "tier1")

    @cached_property
    def subordinates(self) -> dict[str, tuple[str, ...]]:
        """Organisation code -> codes directly below it, in the file's order."""
        below: dict[str, list[str]] = {code: [] for code in self.organisations}
        for org in self.organisations.values():
            if org.parent_code is not None:
                below[org.parent_code].append(org.org_code)
        return {code: tuple(codes) for code, codes in below.items()}

    def lineage(self, org_code: str) -> tuple[str, ...]:
        """The organisation itself, then those above it up to head office: the order in which values are
        sought.
        """
        codes: list[str] = []
        code: str | None = org_code
        while code is not None:
            codes.append(code)
            code = self.organisations[code].parent_code
        return tuple(codes)

    def branch(self, org_code: str) -> Branch:
        return self.branches.get(org_code) or Branch(org_code)


def with_override(rulebook: Rulebook, org_code: str, parameter: str, override: Override) -> Rulebook:
    """The same rulebook with one more value, for previews and for the log of changes. Of equal days the last
    wins.
    """
    branch = rulebook.branch(org_code)
    values = {**branch.values, parameter: (*branch.values.get(parameter, ()), override)}
    return replace(rulebook, branches={**rulebook.branches, org_code: replace(branch, values=values)})
