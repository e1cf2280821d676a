"""Every statement is read before it runs: one SELECT over the serving views, with nothing that reaches beyond them.

DuckDB's own parser reads it, so there is no second opinion of what a statement means. What is not on the lists here is
refused. This is a wall beside the scope of the connection, not in place of it.
"""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import product
from typing import Any

import duckdb

from mofang_pipeline.serving.views import ORDER

CATALOGS, SCHEMAS = ("", "lake"), ("", "serving")
REFERENCES = {"SUBQUERY", "JOIN", "EMPTY", "EXPRESSION_LIST", "PIVOT"}
TABLE_FUNCTIONS = {"unnest", "range", "generate_series"}
FORBIDDEN_FUNCTIONS = {"getenv", "current_setting", "getvariable", "current_query", "write_log"}
FROM_DAY, TO_DAY = {"from_day", "from_day_text"}, {"to_day", "to_day_text"}
# Views that join customers of two days: without both days in a filter a query would join every pair of days.
NEEDS_WINDOW = {"flow", "flow_matrix", "flow_sankey"}
MOST_WINDOWS = 4


class RefusedStatementError(Exception):
    """The statement is more than one SELECT over the serving views; the message says what is not allowed."""


class UnfilteredError(Exception):
    """A query on a flow names no two days."""


@dataclass(frozen=True)
class Statement:
    """What a SELECT reads: names of serving views, and the windows (first and last day) that it asks for."""

    views: frozenset[str]
    windows: tuple[tuple[date, date], ...]


def read(sql: str) -> Statement:
    """Raises RefusedStatementError, or UnfilteredError for a flow without its two days."""
    tree = _parsed(sql)
    nodes = list(_walk(tree))
    own_names = {entry["key"].lower() for node in nodes for entry in _ctes(node)}
    if shadowed := own_names & _system_views():
        raise _refused(f"the name {min(shadowed)}")
    views = {name for node in nodes if (name := _view(node, own_names))}
    for node in nodes:
        _refuse_beyond(node)
    windows = tuple(product(_days(nodes, FROM_DAY), _days(nodes, TO_DAY)))
    if views & NEEDS_WINDOW and not 0 < len(windows) <= MOST_WINDOWS:
        raise UnfilteredError("请选择起始日和截止日 / choose the first and the last day")
    return Statement(frozenset(views), windows)


def _refused(what: str) -> RefusedStatementError:
    return RefusedStatementError(
        f"不允许 {what}：只能用一条 SELECT 查询已发布的视图"
        f" / {what} is not allowed: only one SELECT over published views"
    )


_parser = duckdb.connect(":memory:", config={"enable_external_access": "false"})
_parser_lock = threading.Lock()


def _parsed(sql: str) -> Any:
    with _parser_lock:
        try:
            kinds = [statement.type.name for statement in _parser.extract_statements(sql)]
        except duckdb.Error as error:
            raise RefusedStatementError(str(error)) from None
        if len(kinds) != 1:
            raise _refused(f"{len(kinds)} statements")
        row = _parser.execute("select json_serialize_sql(?::varchar)", [sql]).fetchone()
    tree = json.loads(row[0])  # type: ignore[index]
    if kinds != ["SELECT"] or tree["error"]:
        raise _refused(kinds[0] if kinds != ["SELECT"] else sql.split()[0].upper())
    return tree


def _walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _walk(child)


def _ctes(node: dict[str, Any]) -> list[dict[str, Any]]:
    names = [{"key": node["cte_name"]}] if isinstance(node.get("cte_name"), str) else []
    return [*node.get("cte_map", {}).get("map", []), *names] if "cte_map" in node else names


def _view(node: dict[str, Any], own_names: set[str]) -> str | None:
    if node.get("type") != "BASE_TABLE":
        return None
    catalog, schema, name = (node[part].lower() for part in ("catalog_name", "schema_name", "table_name"))
    if not catalog and not schema and name in own_names:
        return None
    if catalog not in CATALOGS or schema not in SCHEMAS or name not in ORDER or node.get("at_clause"):
        raise _refused(".".join(filter(None, (catalog, schema, name))))
    return name


def _refuse_beyond(node: dict[str, Any]) -> None:
    kind = node.get("type")
    if kind == "TABLE_FUNCTION":
        function = node["function"].get("function_name", "").lower()
        if function not in TABLE_FUNCTIONS:
            raise _refused(f"{function}()")
    elif (
        "alias" in node
        and "class" not in node
        and "sample" in node
        and kind not in {*REFERENCES, "BASE_TABLE"}
    ):
        raise _refused(str(kind))
    elif node.get("class") == "FUNCTION" and node["function_name"].lower() in FORBIDDEN_FUNCTIONS:
        raise _refused(f"{node['function_name']}()")


@cache
def _system_views() -> frozenset[str]:
    with _parser_lock:
        rows = _parser.execute("select view_name from duckdb_views() where internal").fetchall()
    return frozenset(name for (name,) in rows)


def _days(nodes: list[dict[str, Any]], columns: set[str]) -> list[date]:
    """The days with which one of `columns` is compared by = or IN, each once, in order."""
    found: set[date] = set()
    for node in nodes:
        if node.get("type") == "COMPARE_EQUAL":
            sides = [node["left"], node["right"]]
        elif node.get("type") == "COMPARE_IN":
            sides = node["children"]
        else:
            continue
        if any(side.get("column_names", [""])[-1].lower() in columns for side in sides):
            found |= {day for side in sides if (day := _day(side))}
    return sorted(found)


def _day(node: dict[str, Any]) -> date | None:
    while node.get("class") == "CAST":
        node = node["child"]
    if node.get("class") != "CONSTANT":
        return None
    try:
        return date.fromisoformat(str(node["value"].get("value"))[:10])
    except ValueError:
        return None
