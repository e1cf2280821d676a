"""The rules of a day as tables: its tree's nodes, its rule versions, and which nodes are above which leaf.

A day keeps its own tree: when the tree changes later, the day's rows still add up under the one they were made with.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

import duckdb
import pandas as pd

from mofang_pipeline import published, rule_versions
from mofang_pipeline.rulebook import Rulebook, ancestor_rows, node_rows, periods

RulesOfDays = Mapping[date, Mapping[str, Rulebook]]
Ancestor = tuple[str, str, int, str]


def write_tree(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, days: Sequence[date]) -> None:
    """As write_trees, with one rulebook for all provinces and days."""
    provinces = rulebook.subordinates[rulebook.head_office.org_code]
    write_trees(connection, {day: dict.fromkeys(provinces, rulebook) for day in days}, rulebook)


def write_trees(connection: duckdb.DuckDBPyConnection, rules: RulesOfDays, newest: Rulebook) -> None:
    """What the days' rules are, by day and province; head office's tree is `newest` or else any of the day's.

    Replaces these days in mart.rule_version_day and int.tree_of_day, adds to mart.segment_node and
    int.tree_ancestor what they do not know yet, and makes mart.segment_ancestor `newest`'s, with the leaves kept
    that only earlier trees had.
    """
    ancestors = _ancestors([newest])
    known = connection.execute("select leaf, node_id, depth, hq_leaf from mart.segment_ancestor").fetchall()
    present = {row[0] for row in ancestors}
    published.replace_all(
        connection, "mart.segment_ancestor", [*ancestors, *(row for row in known if row[0] not in present)]
    )
    _write_ancestors(connection, rules, newest)
    _write_nodes(connection, rules, newest)


def _write_ancestors(connection: duckdb.DuckDBPyConnection, rules: RulesOfDays, newest: Rulebook) -> None:
    trees: dict[tuple[int, ...], str] = {}
    known = {row[0] for row in connection.execute("select distinct tree from int.tree_ancestor").fetchall()}
    of_day = []
    for day, of_provinces in rules.items():
        rulebooks = _in_order(of_provinces.values(), newest)
        key = tuple(id(each) for each in rulebooks)
        if key not in trees:
            rows = _ancestors(rulebooks)
            trees[key] = hashlib.sha256(repr(sorted(rows)).encode()).hexdigest()[:16]
            if trees[key] not in known:
                tree = trees[key]
                published.insert_rows(connection, "int.tree_ancestor", [(tree, *row) for row in rows])
                known.add(tree)
        of_day.append((day, trees[key]))
    _replace_days(connection, "int.tree_of_day", of_day)


def _ancestors(rulebooks: Iterable[Rulebook]) -> list[Ancestor]:
    """Paths of all leaves; a leaf that several rulebooks have is where the first of them puts it."""
    found: dict[str, list[Ancestor]] = {}
    for rulebook in rulebooks:
        paths: dict[str, list[Ancestor]] = {}
        for row in ancestor_rows(rulebook):
            path = paths.setdefault(row["leaf"], [])
            path.append((row["leaf"], row["node_id"], row["depth"], row["hq_leaf"]))
        found = paths | found
    return [row for path in found.values() for row in path]


def _in_order(rulebooks: Iterable[Rulebook], newest: Rulebook) -> list[Rulebook]:
    """Each once, `newest` first if it is among them."""
    distinct = list({id(each): each for each in rulebooks}.values())
    return sorted(distinct, key=lambda each: each is not newest)


def _write_nodes(connection: duckdb.DuckDBPyConnection, rules: RulesOfDays, newest: Rulebook) -> None:
    of_day: list[tuple[date, str, str]] = []
    for rulebook, days in _days_by_rulebook(rules, newest):
        for first, last in periods(rulebook, min(days), max(days)):
            within = [day for day in days if first <= day <= last]
            if within:
                versions = _add_versions(connection, rulebook, within[0])
                of_day += [
                    (day, code, version)
                    for day in within
                    for code, version in versions.items()
                    if _rules_of(rules[day], _province(rulebook, code), newest) is rulebook
                ]
    _replace_days(connection, "mart.rule_version_day", of_day)


def _add_versions(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, day: date) -> dict[str, str]:
    """What the organisations' trees are on `day`, where that is not known yet; organisation -> rule version."""
    _add_nodes(connection, pd.DataFrame(node_rows(rulebook, day)))
    return rule_versions.write_versions(connection, rulebook, day)


def _days_by_rulebook(rules: RulesOfDays, newest: Rulebook) -> Iterator[tuple[Rulebook, list[date]]]:
    found: dict[int, tuple[Rulebook, list[date]]] = {}
    for day, of_provinces in rules.items():
        for rulebook in _in_order(of_provinces.values(), newest):
            found.setdefault(id(rulebook), (rulebook, []))[1].append(day)
    yield from found.values()


def _province(rulebook: Rulebook, code: str) -> str | None:
    """The tier-1 branch that the organisation is or belongs to; None for head office."""
    lineage = rulebook.lineage(code)
    return lineage[-2] if len(lineage) > 1 else None


def _rules_of(
    of_provinces: Mapping[str, Rulebook], province: str | None, newest: Rulebook
) -> Rulebook | None:
    if province is None:
        return _in_order(of_provinces.values(), newest)[0]
    return of_provinces.get(province)


def _add_nodes(connection: duckdb.DuckDBPyConnection, nodes: pd.DataFrame) -> None:
    connection.register("tree_nodes", nodes)
    connection.execute(
        """
        insert into mart.segment_node by name
        select * from tree_nodes as fresh
        where not exists (
            select 1 from mart.segment_node as known
            where known.rule_version = fresh.rule_version and known.org_code = fresh.org_code
        )
        """
    )
    connection.unregister("tree_nodes")


def _replace_days(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[date, *tuple[str, ...]]]
) -> None:
    """Replaces the days of these rows in one transaction; the day is the table's first column."""
    connection.execute("begin")
    connection.execute(
        f"delete from {table} where day in (select unnest($days))", {"days": sorted({row[0] for row in rows})}
    )
    published.insert_rows(connection, table, rows)
    connection.execute("commit")
