"""A checked rulebook as SQL and as rows. The only module that makes SQL of rules.

Here: the one CASE that puts every customer of every branch in a leaf, and the small tables that go with it.
Not here: running them, or where they are stored.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import zip_longest
from typing import Any

from sqlglot import exp

from mofang_pipeline.rulebook import outline
from mofang_pipeline.rulebook.expression import parse_condition
from mofang_pipeline.rulebook.model import Node, Rulebook
from mofang_pipeline.rulebook.resolve import Values, periods, resolved
from mofang_pipeline.rulebook.sql import aliased, chosen, syntax
from mofang_pipeline.rulebook.terms import Expr
from mofang_pipeline.rulebook.version import rule_versions
from mofang_pipeline.rulebook.wording import worded

Row = dict[str, Any]
Result = Callable[
    [str, tuple[Node, ...]], exp.Expr
]  # of a leaf, and the nodes that are asked on the way to it


def segment_case(
    rulebook: Rulebook,
    *,
    dialect: str = "duckdb",
    renamed: Mapping[str, str] | None = None,
    codes: Mapping[str, int] | None = None,
) -> str:
    """One SQL CASE expression giving the leaf's id (text, never NULL) of a row of all branches' customers.

    It reads columns of `w` (customer_wide) and of `p` (parameter_rows, joined on `p.org_code =
    coalesce(w.city, w.province)` and the day within valid_from..valid_to). `dialect` is sqlglot's name:
    duckdb, spark. A split applies where its organisation is the customer's city, else the customer's
    province. Parameters in `renamed` are read from columns of those other names. With `codes` (leaf ->
    number) it gives numbers, which are faster to count by.
    """

    def written(leaf: str, _: tuple[Node, ...]) -> exp.Expr:
        return exp.Literal.string(leaf) if codes is None else exp.Literal.number(codes[leaf])

    whole = by_leaf(rulebook, written)
    for column in whole.find_all(exp.Column):
        if column.table == "p" and column.name in (renamed or {}):
            column.set("this", exp.to_identifier((renamed or {})[column.name]))
    return whole.sql(dialect=dialect, pretty=True)


def term_sql(term: Expr, *, wide: str, parameters: str, dialect: str = "duckdb") -> str:
    """A condition or a part of one over tables of these names, for customers compared across days and rules."""
    return aliased(syntax(term), {"w": wide, "p": parameters}).sql(dialect=dialect)


def by_leaf(rulebook: Rulebook, result: Result) -> exp.Expr:
    """The whole tree as one CASE that gives, for each leaf, what `result` makes of it.

    `result` takes the leaf's id and the nodes whose conditions are asked on the way to it, in order.
    """
    return _case(rulebook, rulebook.tree.root, (), result)


def _case(rulebook: Rulebook, node: Node, asked: tuple[Node, ...], result: Result) -> exp.Expr:
    children = rulebook.tree.children.get(node.id)
    if children is None:
        return _split_case(rulebook, node.id, asked, result)
    return chosen(
        [
            (_condition(rulebook, child), _case(rulebook, child, (*asked, *children[: place + 1]), result))
            for place, child in enumerate(children[:-1])
        ],
        _case(rulebook, children[-1], (*asked, *children), result),
    )


def _split_case(rulebook: Rulebook, leaf: str, asked: tuple[Node, ...], result: Result) -> exp.Expr:
    """The leaf, or where a city or else a province splits it, its local leaves."""
    local = []
    for level, column in (("tier2", "city"), ("tier1", "province")):
        for branch in rulebook.branches.values():
            group = branch.split_groups.get(leaf)
            if group and rulebook.organisations[branch.org_code].level == level:
                here = exp.EQ(
                    this=exp.column(column, table="w"), expression=exp.Literal.string(branch.org_code)
                )
                local.append((here, _local_case(rulebook, group, asked, result)))
    return chosen(local, result(leaf, asked))


def _local_case(
    rulebook: Rulebook, group: tuple[Node, ...], asked: tuple[Node, ...], result: Result
) -> exp.Expr:
    tried = [
        (_condition(rulebook, node), result(node.id, (*asked, *group[: place + 1])))
        for place, node in enumerate(group[:-1])
    ]
    return chosen(tried, result(group[-1].id, (*asked, *group)))


def _condition(rulebook: Rulebook, node: Node) -> exp.Expr:
    if node.when is None:
        raise ValueError(f"node {node.id} has no condition; read_rulebook refuses such a tree")
    return syntax(parse_condition(node.when, rulebook.tree.parameter_types))


def parameter_rows(rulebook: Rulebook, first_day: date, last_day: date) -> list[Row]:
    """One row per tier1 or tier2 organisation and period, both of its days included.

    org_code, valid_from, valid_to, rule_version, then every parameter by name: int (money in fen) or float.
    """
    rows = []
    for valid_from, valid_to in periods(rulebook, first_day, last_day):
        values = resolved(rulebook, valid_from)
        versions = rule_versions(rulebook, values)
        for org in rulebook.organisations.values():
            if org.level != "hq":
                code = org.org_code
                key = {
                    "org_code": code,
                    "valid_from": valid_from,
                    "valid_to": valid_to,
                    "rule_version": versions[code],
                }
                rows.append(key | {name: each.value for name, each in values[code].items()})
    return rows


def node_rows(rulebook: Rulebook, day: date) -> list[Row]:
    """segment_node: one row per organisation and node that it sees, with the values of `day`.

    rule_version is the organisation's, as in parameter_rows; sort_order counts from 0, parents before
    children. Of a node that is no leaf of the main tree nor below one, hq_leaf is None. Conditions are for
    people: see wording.py.
    """
    values = resolved(rulebook, day)
    versions = rule_versions(rulebook, values)
    wordings: dict[tuple[Any, ...], str] = {}
    return [
        row
        for code in rulebook.organisations
        for row in _org_node_rows(rulebook, code, values, versions, wordings)
    ]


def _org_node_rows(
    rulebook: Rulebook,
    org_code: str,
    values: dict[str, Values],
    versions: dict[str, str],
    wordings: dict[tuple[Any, ...], str],
) -> Iterator[Row]:
    numbers = {code: {name: each.value for name, each in values[code].items()} for code in {org_code}}
    for sort_order, place in enumerate(outline.places(rulebook, org_code)):
        node, setter = place.node, org_code
        if place.owner in rulebook.subordinates[org_code]:
            setter = place.owner
            numbers.setdefault(setter, {name: each.value for name, each in values[setter].items()})
        key = (node.id, *numbers[setter].values())
        if key not in wordings:
            wordings[key] = _wording(rulebook, node, numbers[setter])
        yield {
            "rule_version": versions[org_code],
            "org_code": org_code,
            "node_id": node.id,
            "parent_id": node.parent,
            "depth": place.depth,
            "is_leaf": place.is_leaf,
            "hq_leaf": place.hq_leaf,
            "name_zh": node.zh,
            "name_en": node.en,
            "condition": wordings[key],
            "sort_order": sort_order,
        }


def _wording(rulebook: Rulebook, node: Node, numbers: dict[str, int | float]) -> str:
    """The root's condition is empty: everybody is in it."""
    if node.parent is None:
        return ""
    return (
        "otherwise"
        if node.when is None
        else worded(parse_condition(node.when, rulebook.tree.parameter_types), numbers)
    )


def ancestor_rows(rulebook: Rulebook) -> list[Row]:
    """One row per leaf (main or local) and node on its path, itself included.

    leaf, node_id, depth of the node, hq_leaf (the main leaf that the leaf rolls up to), is_self.
    """
    main_leaves = set(rulebook.tree.leaves)
    return [
        {
            "leaf": leaf,
            "node_id": node_id,
            "depth": depth,
            "hq_leaf": next(each for each in reversed(path) if each in main_leaves),
            "is_self": node_id == leaf,
        }
        for leaf, path in outline.leaf_paths(rulebook).items()
        for depth, node_id in enumerate(path)
    ]


def lca_rows(rulebook: Rulebook, later: Rulebook | None = None) -> list[Row]:
    """One row per ordered pair of leaves: leaf_a, leaf_b, split_node: the lowest node on both paths.

    A leaf with itself gives the leaf. leaf_b and its path are `later`'s, if that is another rulebook.
    """
    paths = outline.leaf_paths(rulebook)
    later_paths = paths if later is None else outline.leaf_paths(later)
    return [
        {"leaf_a": leaf_a, "leaf_b": leaf_b, "split_node": last_shared(path_a, path_b)}
        for leaf_a, path_a in paths.items()
        for leaf_b, path_b in later_paths.items()
    ]


def last_shared(path_a: tuple[str, ...], path_b: tuple[str, ...]) -> str:
    """The last node that both paths from the root share."""
    shared = path_a[0]
    for node_a, node_b in zip_longest(path_a, path_b):
        if node_a != node_b:
            break
        shared = node_a
    return shared
