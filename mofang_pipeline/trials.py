"""What other values would do: the same customers under an organisation's rules and under trial values, on any days.

All trials are evaluated in one pass over the wide table, which is never rebuilt; only counts come back. Nothing is
saved. A trial is checked as a change is, and refused with the reason.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, check, parameter_rows, resolved, segment_case
from mofang_pipeline.rulebook.inline import literal, parameter_relation
from mofang_pipeline.rulebook.model import Branch, Override, Scalar
from mofang_pipeline.rulebook.outline import leaf_paths, places

SCOPE = {"hq": "true", "tier1": "w.province = {org}", "tier2": "w.city = {org}"}


@dataclass(frozen=True)
class Trial:
    """A name and values as written (money in yuan), tried for one organisation and those below it."""

    name: str
    values: Mapping[str, Scalar]


@dataclass(frozen=True)
class Migration:
    """Customers who are in `from_segment` under the day's rules and in `to_segment` under the trial's."""

    day: date
    trial: str
    from_segment: str
    to_segment: str
    customers: int


@dataclass(frozen=True)
class LeafCount:
    """A leaf's customers under the day's rules and under the trial's."""

    day: date
    trial: str
    segment: str
    customers_before: int
    customers_after: int


def preview(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    org_code: str,
    trials: Sequence[Trial],
    first: date,
    last: date | None = None,
) -> list[Migration]:
    """The migration matrices of the organisation's customers on each computed day from `first` to `last`.

    `rulebook` holds the rules in force. Head office sees main leaves, a branch its local ones. Raises Refused.
    """
    _require_names(trials)
    tried = [(trial, with_trial(rulebook, org_code, trial)) for trial in trials]
    rows = connection.execute(query(rulebook, org_code, tried, first, last or first)).fetchall()
    seen = _seen(rulebook, org_code)
    shown = {number: seen[leaf] for leaf, number in _codes(rulebook).items()}
    counted: Counter[tuple[date, int, str, str]] = Counter()
    for day, number, before, after, customers in rows:
        counted[day, number, shown[before], shown[after]] += customers
    return [
        Migration(day, trials[number].name, before, after, customers)
        for (day, number, before, after), customers in sorted(counted.items())
    ]


def _require_names(trials: Sequence[Trial]) -> None:
    for name, times in Counter(trial.name for trial in trials).items():
        if times > 1:
            raise Refused(
                f"{times} trials are called {name}; rename one", f"有 {times} 个试算名为 {name}，请改名"
            )
    if not trials:
        raise Refused("there is nothing to try; write p=v", "没有要试算的参数，请写 p=v")


def with_trial(rulebook: Rulebook, org_code: str, trial: Trial) -> Rulebook:
    """The rulebook in which the organisation has the trial's values on every day. Raises Refused."""
    if org_code not in rulebook.organisations:
        raise Refused(f"there is no organisation {org_code}", f"没有机构 {org_code}")
    if not trial.values:
        raise Refused(f"trial {trial.name} sets nothing; write p=v", f"试算 {trial.name} 没有参数，请写 p=v")
    branch = rulebook.branch(org_code)
    values = {**branch.values, **{name: (Override(value),) for name, value in trial.values.items()}}
    tried = replace(
        rulebook, branches={**rulebook.branches, org_code: Branch(org_code, values, branch.splits)}
    )
    for problem in check(tried):
        raise Refused(
            f"trial {trial.name}: {problem.file}: {problem.subject}: {problem.en}",
            f"试算 {trial.name}：{problem.subject}：{problem.zh}",
        )
    return tried


def query(
    rulebook: Rulebook, org_code: str, tried: Sequence[tuple[Trial, Rulebook]], first: date, last: date
) -> str:
    """One pass for all trials: (day, the trial's place in the list, codes of both leaves, customers)."""
    codes = _codes(rulebook)
    cases = [f"{segment_case(rulebook, codes=codes)} as segment"]
    for number, (trial, book) in enumerate(tried):
        renamed = {name: _column(number, name) for name in trial.values}
        cases.append(f"{segment_case(book, renamed=renamed, codes=codes)} as trial_{number}")
    scope = SCOPE[rulebook.organisations[org_code].level].format(org=literal(org_code))
    matrices = "\nunion all\n".join(
        f"select day, {number}, segment, trial_{number}, cast(sum(customers) as bigint) from counted group by all"
        for number, _ in enumerate(tried)
    )
    return f"""
    with placed as (
        select w.day, {", ".join(cases)}
        from mart.customer_wide as w
        inner join {parameter_relation(_parameters(rulebook, tried, first, last))} as p
            on coalesce(w.city, w.province) = p.org_code and w.day between p.valid_from and p.valid_to
        where w.day between {literal(first)} and {literal(last)} and {scope}
    ),
    counted as materialized (
        select day, segment, {", ".join(f"trial_{number}" for number, _ in enumerate(tried))}, count(*) as customers
        from placed
        group by all
    )
    {matrices}
    """


def counts(rulebook: Rulebook, org_code: str, migrations: Iterable[Migration]) -> list[LeafCount]:
    """Every leaf that the organisation sees, in the tree's order, with its customers before and after each trial."""
    before: Counter[tuple[date, str, str]] = Counter()
    after: Counter[tuple[date, str, str]] = Counter()
    runs: dict[tuple[date, str], None] = {}
    for each in migrations:
        runs[each.day, each.trial] = None
        before[each.day, each.trial, each.from_segment] += each.customers
        after[each.day, each.trial, each.to_segment] += each.customers
    leaves = [place.node.id for place in places(rulebook, org_code) if place.is_leaf]
    return [
        LeafCount(day, trial, leaf, before[day, trial, leaf], after[day, trial, leaf])
        for day, trial in runs
        for leaf in leaves
    ]


def _parameters(
    rulebook: Rulebook, tried: Sequence[tuple[Trial, Rulebook]], first: date, last: date
) -> list[dict[str, object]]:
    """The rules' values and beside them those of each trial, by organisation and period."""
    rows: list[dict[str, object]] = []
    values: dict[tuple[date, int], Mapping[str, Mapping[str, int | float]]] = {}
    for row in parameter_rows(rulebook, first, last):
        for number, (trial, book) in enumerate(tried):
            key = (row["valid_from"], number)
            if key not in values:
                values[key] = {
                    code: {name: held[name].value for name in trial.values}
                    for code, held in resolved(book, row["valid_from"]).items()
                }
            own = values[key][row["org_code"]]
            row = row | {_column(number, name): value for name, value in own.items()}
        rows.append(row)
    return rows


def _codes(rulebook: Rulebook) -> dict[str, int]:
    return {leaf: number for number, leaf in enumerate(leaf_paths(rulebook))}


def _column(number: int, name: str) -> str:
    return f"trial_{number}_{name}"


def _seen(rulebook: Rulebook, org_code: str) -> dict[str, str]:
    """Leaf -> the node that the organisation sees it as: for head office, the main leaf that it rolls up to."""
    seen = {place.node.id for place in places(rulebook, org_code)}
    return {
        leaf: next(node for node in reversed(path) if node in seen)
        for leaf, path in leaf_paths(rulebook).items()
    }
