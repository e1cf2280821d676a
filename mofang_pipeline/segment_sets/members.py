"""What the lake keeps of sets: members, sizes and overlaps of a day, and the list of versions.

A day is replaced exactly; members of a frozen version are written once, on its day, and stay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb
import pandas as pd

from mofang_pipeline import lake, published
from mofang_pipeline.replay import Rules, everywhere, parameters_of
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.segment_sets import check
from mofang_pipeline.segment_sets.compile import flags
from mofang_pipeline.segment_sets.model import Definition, Version
from mofang_pipeline.segment_sets.registry import Registry

ROWS = "set_flag"  # temporary: one row per set and customer in it
NOT_FIXED = """
    day = $day and (
        kind = 'rolling'
        or (set_id, version) not in (select (set_id, version) from int.segment_set_fixed)
    )
"""
Connection = duckdb.DuckDBPyConnection


@dataclass(frozen=True)
class Plan:
    """The sets of one day: those to show, all that they are made of in order, and what cannot be computed and why."""

    day: date
    shown: Mapping[str, Version]
    ordered: tuple[Definition, ...]
    fixed: Mapping[str, int]
    problems: Mapping[str, str]


def write_day(
    connection: Connection, rulebook: Rulebook, registry: Registry, day: date, rules: Rules | None = None
) -> tuple[int, Plan]:
    """Replaces the members, sizes and overlaps of `day` for every set in force; members written, and the plan.

    `rules`: those that the day was computed with, by province; the rulebook's own everywhere by default.
    """
    plan = plan_day(connection, rulebook, registry, day)
    with flagged(connection, rulebook, plan, parameters_of(rules or everywhere(rulebook), day)):
        rows = _replace(connection, plan)
    return rows, plan


def plan_day(
    connection: Connection,
    rulebook: Rulebook,
    registry: Registry,
    day: date,
    only: Mapping[str, Version] | None = None,
) -> Plan:
    """What to compute on `day`: all live sets in force, or `only` these versions in place of the latest ones."""
    versions = {name: known.latest for name, known in registry.items() if not known.deleted} | dict(
        only or {}
    )
    definitions = {name: version.definition for name, version in versions.items()}
    kept, problems = check.sound(definitions, rulebook)
    shown = {
        name: versions[name]
        for name, each in kept.items()
        if (only is None or name in only) and _in_force(each, day)
    }
    fixed = {name: versions[name].number for name in kept if _is_fixed(connection, versions[name])}
    nodes = check.node_ids(rulebook)
    for name in list(shown):
        parts = [kept[part] for part in check.in_order([name], kept, nodes) if part not in fixed]
        if reason := _without_day_before(connection, name, parts, day):
            problems[name] = reason
            del shown[name]
    ordered = check.in_order(shown, kept, nodes)
    return Plan(day, shown, tuple(kept[name] for name in ordered), fixed, problems)


def _in_force(each: Definition, day: date) -> bool:
    return not each.expired(day) and (each.as_of is None or day >= each.as_of)


def _without_day_before(
    connection: Connection, name: str, parts: Iterable[Definition], day: date
) -> str | None:
    """Why a set of moves has no answer on a day, which is not the same as having no members."""
    for flow in (each.flow for each in parts if each.flow):
        before = day - timedelta(days=flow.days)
        if not _is_segmented(connection, before):
            return (
                f"set {name}: segments of {before} are not computed, so nobody can be said to have moved since / "
                f"客群集 {name}：{before} 的客群未计算，无法判断流转"
            )
    return None


def _is_segmented(connection: Connection, day: date) -> bool:
    query = "select 1 from int.computed_day where kind = 'segments' and day = $day limit 1"
    return connection.execute(query, {"day": day}).fetchone() is not None


def _is_fixed(connection: Connection, version: Version) -> bool:
    if version.definition.kind != "frozen":
        return False
    query = "select 1 from int.segment_set_fixed where set_id = $set_id and version = $version"
    key = {"set_id": version.definition.set_id, "version": version.number}
    return connection.execute(query, key).fetchone() is not None


@contextmanager
def flagged(
    connection: Connection,
    rulebook: Rulebook,
    plan: Plan,
    parameters: Sequence[Mapping[str, Any]],
    membership: str = "mart.segment_membership",
) -> Iterator[None]:
    """The temporary table ROWS of the plan's shown sets while open: set_id, version, customer_key, province, city.

    `parameters`: rows by organisation, of whatever day; they hold on the plan's.
    """
    values = pd.DataFrame(parameters).assign(valid_from=plan.day, valid_to=plan.day)
    connection.register("parameter", values)
    try:
        connection.execute(
            f"create or replace temp table {ROWS} "
            "(set_id varchar, version integer, customer_key bigint, province varchar, city varchar)"
        )
        if plan.shown:
            query = flags(rulebook, plan.ordered, plan.day, plan.fixed, membership)
            connection.execute(f"create or replace temp table set_flags as {query.text}", dict(query.values))
            for name, version in plan.shown.items():
                connection.execute(
                    f"insert into {ROWS} select $set_id, $version, customer_key, province, city "
                    f"from set_flags where {query.columns[name]}",
                    {"set_id": name, "version": version.number},
                )
        yield
    finally:
        connection.unregister("parameter")
        connection.execute(f"drop table if exists {ROWS}")
        connection.execute("drop table if exists set_flags")


def _replace(connection: Connection, plan: Plan) -> int:
    """Rolling members are written anew, frozen ones only where this is their day and they are not fixed yet."""
    written = [
        version
        for name, version in plan.shown.items()
        if version.definition.kind == "rolling"
        or (version.definition.as_of == plan.day and name not in plan.fixed)
    ]
    kinds = pd.DataFrame(
        [(each.definition.set_id, each.definition.kind) for each in written], columns=["set_id", "kind"]
    ).astype("object")
    connection.register("written_set", kinds)
    try:
        rows = lake.replace_partition(
            connection,
            "mart.segment_set_member",
            NOT_FIXED,
            published.statement("segment_set_member"),
            {"day": plan.day},
        )
    finally:
        connection.unregister("written_set")
    for table in ("segment_set_size_daily", "segment_set_overlap_daily"):
        lake.replace_partition(
            connection, f"mart.{table}", "day = $day", published.statement(table), {"day": plan.day}
        )
    fixed = [each for each in written if each.definition.kind == "frozen"]
    marks = [(each.definition.set_id, each.number, plan.day) for each in fixed]
    published.insert_rows(connection, "int.segment_set_fixed", marks)
    return rows


def days_wanted(connection: Connection, registry: Registry, days: Sequence[date]) -> list[date]:
    """`days`, and the computed ones that follow from them: moves counted from them, and frozen sets not fixed yet."""
    query = "select distinct day from int.computed_day where kind = 'segments'"
    computed = {row[0] for row in connection.execute(query).fetchall()}
    latest = [known.latest for known in registry.values() if not known.deleted]
    flows = {each.definition.flow.days for each in latest if each.definition.flow}
    later = {day + timedelta(days=distance) for day in days for distance in flows}
    frozen = {each.definition.as_of or date.min for each in latest if not _is_fixed(connection, each)}
    return sorted(set(days) | ((later | frozen) & computed))


def write_versions(connection: Connection, registry: Registry) -> int:
    """mart.segment_set: every version of every set; how many."""
    rows = [
        _row(known.deleted, version, version == known.latest)
        for known in registry.values()
        for version in known.versions
    ]
    published.replace_all(connection, "mart.segment_set", rows)
    return len(rows)


def _row(deleted: bool, version: Version, latest: bool) -> tuple[object, ...]:
    each = version.definition
    flow = each.flow
    return (
        each.set_id, version.number, latest and not deleted, each.zh, each.en, each.owner_org, each.owner_user,
        each.kind, each.as_of, each.members, each.where, flow and flow.from_segment, flow and flow.to_segment,
        flow and flow.days, ",".join(each.share_with), each.expires_on, each.content_hash, version.origin,
        version.saved_by, version.saved_at,
    )  # fmt: skip


def sizes_of(connection: Connection, day: date) -> dict[str, int]:
    """Set id -> customers on `day`."""
    query = "select set_id, sum(customers) from mart.segment_set_size_daily where day = $day group by set_id"
    return {name: int(customers) for name, customers in connection.execute(query, {"day": day}).fetchall()}


def are_written(connection: Connection, version: Version, day: date) -> bool:
    """Whether the lake has what this version holds on `day` (a frozen one: at all). An empty set is written anew."""
    if version.definition.kind == "frozen":
        return _is_fixed(connection, version)
    query = """
        select 1 from mart.segment_set_size_daily
        where day = $day and set_id = $set_id and version = $version limit 1
    """
    key = {"day": day, "set_id": version.definition.set_id, "version": version.number}
    return connection.execute(query, key).fetchone() is not None
