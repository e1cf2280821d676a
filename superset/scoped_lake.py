"""A branch's own DuckDB: its rows of the small tables, in memory, with nothing else behind them.

The trusted side reads the published lake and copies; what runs a branch's statements has no lake, no file and no
Postgres attached. Which rows: scope.py; which flows: mofang_pipeline/branch_window.py. No row of a customer comes here.
"""

import os
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
from guarded import Runs
from scope import PROFILE, PROFILE_COUNTS, TABLES, profile

from mofang_pipeline.access import below
from mofang_pipeline.branch_window import read_window
from mofang_pipeline.hidden_days import hidden_by_day
from mofang_pipeline.serving import views

DAYS = 400  # of history in a branch's instance
INSTANCES = 24  # kept per process
WINDOWS = 30  # flows kept per instance
LOCKED = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "temp_directory": "",  # a query too large fails at once and does not fill the disk
}
LOCK = ("python_enable_replacements = false", "enable_external_access = false", "lock_configuration = true")
INSERT_FLOW = """
insert into lake.serving.flow
    (org_code, from_day, from_day_text, to_day, to_day_text, level, from_node, to_node, customers)
select unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)
"""
FORGET_FLOW = "delete from lake.serving.flow where from_day = ? and to_day = ?"


class NoScopeError(Exception):
    """The organisation is not known to the published lake."""


@dataclass
class Scoped:
    """An instance for one organisation; `trusted` reads the lake of the same snapshot."""

    own: str
    orgs: tuple[str, ...]
    trusted: duckdb.DuckDBPyConnection
    instance: duckdb.DuckDBPyConnection
    windows: "OrderedDict[tuple[date, date], None]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    runs: Runs = field(default_factory=Runs)

    def ensure(self, window: tuple[date, date]) -> None:
        """The flow of this window is there from now on."""
        with self.lock:
            if window in self.windows:
                self.windows.move_to_end(window)
                return
            rows = _flow_rows(self, *window)
            if rows:
                self.instance.cursor().execute(
                    INSERT_FLOW, [list(column) for column in zip(*rows, strict=True)]
                )
            self.windows[window] = None
            while len(self.windows) > WINDOWS:
                old, _ = self.windows.popitem(last=False)
                self.instance.cursor().execute(FORGET_FLOW, old)


class ScopedLakes:
    """The instances of this process, the least recently used ones given up."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._building: dict[tuple[int, str], threading.Lock] = {}
        self._kept: OrderedDict[tuple[int, str], Scoped] = OrderedDict()

    def get(self, org_code: str, snapshot: int, trusted: duckdb.DuckDBPyConnection) -> Scoped:
        key = snapshot, org_code
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            building = self._building.setdefault(key, threading.Lock())
        with building:
            with self._lock:
                if key in self._kept:
                    return self._kept[key]
            scoped = build(org_code, trusted)
            with self._lock:
                self._keep(key, scoped)
        return scoped

    def _keep(self, key: tuple[int, str], scoped: Scoped) -> None:
        for old in [each for each in self._kept if each[0] != key[0]]:
            del self._kept[old]  # another night's; whoever still reads it holds it
        self._kept[key] = scoped
        self._building.pop(key, None)
        while len(self._kept) > INSTANCES:
            self._kept.popitem(last=False)


def build(org_code: str, trusted: duckdb.DuckDBPyConnection) -> Scoped:
    """Copies the organisation's rows out of the lake that `trusted` reads, and locks the copy."""
    reader = trusted.cursor()
    orgs, province = _place(reader, org_code)
    values = {"own": org_code, "orgs": list(orgs), "province": province, "first_day": _first_day(reader)}
    _note_hidden(reader, org_code, values)
    instance = duckdb.connect(":memory:", config={"memory_limit": "512MiB", "threads": 2, **LOCKED})
    instance.execute("attach ':memory:' as lake (compress)")
    instance.execute("create schema lake.mart")
    for table, query in TABLES.items():
        if table == "segment_profile_daily":
            query = profile(_columns(reader, "scope_profile"))
        _copy(reader, instance, f"lake.mart.{table}", query, values)
    _create_views(reader, instance)
    for setting in LOCK:
        instance.execute(f"set {setting}")
    return Scoped(org_code, orgs, trusted, instance)


def _place(reader: duckdb.DuckDBPyConnection, org_code: str) -> tuple[tuple[str, ...], str]:
    """The codes in scope, and the province that the organisation is or belongs to. Never head office's."""
    parents = dict(reader.execute("select org_code, parent_code from lake.mart.organisation").fetchall())
    orgs = tuple(sorted(below(org_code, parents)))
    parent = parents.get(org_code)
    if not orgs or parent is None:
        raise NoScopeError(f"没有机构 {org_code} / no branch {org_code} in the published organisations")
    return orgs, org_code if parents.get(parent) is None else parent


def _first_day(reader: duckdb.DuckDBPyConnection) -> date:
    row = reader.execute("select max(day) from lake.serving.day_option").fetchone()
    return row[0] - timedelta(days=DAYS) if row and row[0] else date.max


def _note_hidden(reader: duckdb.DuckDBPyConnection, own: str, values: dict[str, Any]) -> None:
    orgs = values["orgs"]
    bounds = {"lowest": min(orgs), "highest": max(orgs), "first_day": values["first_day"]}
    reader.execute(PROFILE, {"orgs": orgs, **bounds})
    rows = reader.execute(PROFILE_COUNTS).fetchall()
    hidden = [
        (day, org, node)
        for day, nodes in hidden_by_day(hidden_folder(), own, rows, small_cell()).items()
        for org, node in nodes
    ]
    reader.execute("create or replace temp table hidden_node(day date, org_code varchar, node_id varchar)")
    if hidden:
        columns = [list(column) for column in zip(*hidden, strict=True)]
        reader.execute("insert into hidden_node select unnest(?), unnest(?), unnest(?)", columns)


def small_cell() -> int:
    return int(os.environ["MOFANG_SMALL_CELL"])


def hidden_folder() -> Path:
    return Path(os.environ["MOFANG_HIDDEN"])


def _columns(reader: duckdb.DuckDBPyConnection, table: str) -> list[str]:
    return [row[0] for row in reader.execute(f"describe {table}").fetchall()]


def _copy(
    reader: duckdb.DuckDBPyConnection,
    instance: duckdb.DuckDBPyConnection,
    table: str,
    query: str,
    values: dict[str, Any],
) -> None:
    used = {name: value for name, value in values.items() if f"${name}" in query}
    instance.register("arriving", reader.execute(query, used).to_arrow_table())
    instance.execute(f"create table {table} as from arriving")
    instance.unregister("arriving")


def _create_views(reader: duckdb.DuckDBPyConnection, instance: duckdb.DuckDBPyConnection) -> None:
    """The serving views' own SQL; `flow` is a table, filled when a window is asked for. No table, no view."""
    instance.execute("create schema lake.serving")
    for statement in views.formats():
        instance.execute(statement)
    types = reader.execute("describe lake.serving.flow").fetchall()
    columns = ", ".join(f'"{row[0]}" {row[1]}' for row in types)
    instance.execute(f"create table lake.serving.flow ({columns})")
    for name in views.ORDER:
        if name != "flow":
            _create_view(instance, name)


def _create_view(instance: duckdb.DuckDBPyConnection, name: str) -> None:
    with suppress(duckdb.CatalogException):  # over a table that no branch has
        instance.execute(f"create view lake.serving.{name} as\n{views.view_sql(name)}")


def _flow_rows(scoped: Scoped, first_day: date, last_day: date) -> list[tuple[Any, ...]]:
    days = first_day, last_day
    window = read_window(
        scoped.trusted.cursor(), scoped.own, scoped.orgs, days, small_cell(), hidden_folder()
    )
    return [
        (org, first_day, str(first_day), last_day, str(last_day), level, source, target, customers)
        for org in scoped.orgs
        for (level, source, target), customers in window.at_levels(org).items()
    ]
