"""What an organisation sees of sets: the list, one set, its members, sizes and overlaps. Only its own customers.

Small results as (columns, rows), for the command line and the portal alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline.access import below
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.segment_sets.actions import dependents, existing, known_sets, require_visible
from mofang_pipeline.segment_sets.check import is_visible

LIST = (
    "set_id",
    "version",
    "name_zh",
    "name_en",
    "owner_org",
    "kind",
    "definition",
    "share_with",
    "expires_on",
)
SHOWN = ("set_id", "version", "saved_by", "saved_at", "origin", "kind", "as_of", "members", "where", "flow",
         "share_with", "expires_on", "used_by", "name_zh", "name_en", "owner_org")  # fmt: skip
USAGE = ("recorded_at", "event", "used_by", "id", "version", "user", "org_code")
MEMBERS = """
    select day, set_id, version, province, city, customer_key
    from mart.segment_set_member
    where set_id = $set_id and version = $version and day = $day and {place}
    order by province, city, customer_key
"""
SIZES = """
    select
        day, set_id, version, cast(sum(customers) as bigint) as customers,
        cast(sum(customers) - lag(sum(customers)) over (partition by set_id order by day) as bigint) as change
    from mart.segment_set_size_daily
    where list_contains($sets, set_id) and {place}
    group by day, set_id, version
    order by set_id, day
"""
OVERLAPS = """
    with sizes as (
        select day, set_id, cast(sum(customers) as bigint) as customers
        from mart.segment_set_size_daily
        where ($day is null or day = $day) and list_contains($sets, set_id) and {place}
        group by day, set_id
    ),
    common as (
        select day, set_a, set_b, cast(sum(customers) as bigint) as customers
        from mart.segment_set_overlap_daily
        where
            ($day is null or day = $day) and list_contains($sets, set_a) and list_contains($sets, set_b)
            and {place}
        group by day, set_a, set_b
    )
    select
        one.day, one.set_id as set_a, other.set_id as set_b, one.customers as customers_a,
        other.customers as customers_b, coalesce(common.customers, 0) as customers_both
    from sizes as one
    inner join sizes as other on one.day = other.day and one.set_id < other.set_id
    left join common on one.day = common.day and one.set_id = common.set_a and other.set_id = common.set_b
    order by one.day, set_a, set_b
"""
PLACES = {"hq": "true", "tier1": "province = $org", "tier2": "city = $org"}


@dataclass(frozen=True)
class Table:
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


def listed(home: Home, org_code: str | None = None) -> Table:
    """Every set that the organisation (head office by default) sees, in its latest version."""
    rulebook, sets = known_sets(home)
    org = _organisation(rulebook, org_code)
    rows = []
    for name, known in sorted(sets.items()):
        each = known.latest.definition
        if not known.deleted and is_visible(rulebook, org, each):
            parts = (each.members, each.where, _flow_text(each.document.get("flow")))
            text = " · ".join(part for part in parts if part)
            shared = ",".join(each.share_with)
            rows.append((name, known.latest.number, each.zh, each.en, each.owner_org, each.kind, text, shared,
                         each.expires_on))  # fmt: skip
    return Table(LIST, rows)


def shown(home: Home, set_id: str, org_code: str | None = None) -> Table:
    """All versions of one set, and what depends on it now, as far as the organisation sees that."""
    rulebook, sets = known_sets(home)
    known, org = existing(sets, set_id), _organisation(rulebook, org_code)
    require_visible(rulebook, org, known.latest.definition)
    is_own = known.latest.definition.owner_org in _scope(rulebook, org)
    found = dependents(home, rulebook, sets, set_id)
    used_by = ", ".join(
        f"{kind} {name}"
        for kind, name in found
        if is_own or (kind == "set" and is_visible(rulebook, org, sets[name].latest.definition))
    )
    rows = []
    for version in known.versions:
        each, last = version.definition, version == known.latest
        rows.append((
            set_id, version.number, version.saved_by, version.saved_at, version.origin, each.kind, each.as_of,
            each.members, each.where, _flow_text(each.document.get("flow")), ",".join(each.share_with),
            each.expires_on, used_by if last else "", each.zh, each.en, each.owner_org,
        ))  # fmt: skip
    return Table(SHOWN, rows)


def _scope(rulebook: Rulebook, org: str) -> frozenset[str]:
    return below(org, {code: each.parent_code for code, each in rulebook.organisations.items()})


def usage(home: Home, set_id: str, org_code: str | None = None) -> Table:
    """Who of the organisation and below used the set for what, and when that was over, the newest first."""
    rulebook, sets = known_sets(home)
    org = _organisation(rulebook, org_code)
    require_visible(rulebook, org, existing(sets, set_id).latest.definition)
    scope = _scope(rulebook, org)
    found = log.entries(engine(home), actions=("set.used", "set.released"), subject=set_id)
    return Table(USAGE, [
        (entry.recorded_at.isoformat(), entry.action.removeprefix("set."), entry.payload["by"], entry.payload["id"],
         entry.payload.get("version"), entry.actor, entry.org_code)
        for entry in reversed(found)
        if entry.org_code is None or entry.org_code in scope
    ])  # fmt: skip


def members(
    connection: duckdb.DuckDBPyConnection, home: Home, set_id: str, day: date, org_code: str | None = None
) -> Table:
    """The organisation's own customers in the set on the day; of a frozen set its members, whatever the day."""
    rulebook, sets = known_sets(home)
    org = _organisation(rulebook, org_code)
    latest = existing(sets, set_id).latest
    require_visible(rulebook, org, latest.definition)
    values = {"set_id": set_id, "version": latest.number, "day": latest.definition.as_of or day}
    return _rows(connection, rulebook, org, MEMBERS, values)


def sizes(
    connection: duckdb.DuckDBPyConnection, home: Home, set_id: str | None = None, org_code: str | None = None
) -> Table:
    """The organisation's customers of one set, or of all it sees, day by day, with the change since the day before."""
    rulebook, org, seen = _visible(home, org_code)
    if set_id is not None:
        existing(known_sets(home)[1], set_id)
        seen = [name for name in seen if name == set_id]
    return _rows(connection, rulebook, org, SIZES, {"sets": seen or [""]})


def overlaps(
    connection: duckdb.DuckDBPyConnection, home: Home, day: date, org_code: str | None = None
) -> Table:
    """For each pair of sets that the organisation sees: its customers in one, in the other and in both."""
    rulebook, org, seen = _visible(home, org_code)
    return _rows(connection, rulebook, org, OVERLAPS, {"day": day, "sets": seen or [""]})


def overlap_days(
    connection: duckdb.DuckDBPyConnection, home: Home, pair: Sequence[str], org_code: str | None = None
) -> Table:
    """The same of two sets, day by day."""
    rulebook, org, seen = _visible(home, org_code)
    for name in pair:
        existing(known_sets(home)[1], name)
    return _rows(
        connection, rulebook, org, OVERLAPS, {"day": None, "sets": sorted(set(pair) & set(seen)) or [""]}
    )


def _visible(home: Home, org_code: str | None) -> tuple[Rulebook, str, list[str]]:
    rulebook, sets = known_sets(home)
    org = _organisation(rulebook, org_code)
    names = [
        name for name, known in sets.items()
        if not known.deleted and is_visible(rulebook, org, known.latest.definition)
    ]  # fmt: skip
    return rulebook, org, names


def _organisation(rulebook: Rulebook, org_code: str | None) -> str:
    code = org_code or rulebook.head_office.org_code
    if code not in rulebook.organisations:
        raise Refused(f"there is no organisation {code}", f"没有机构 {code}")
    return code


def _rows(
    connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, org: str, query: str, values: dict[str, Any]
) -> Table:
    place = PLACES[rulebook.organisations[org].level]
    bound = values | ({"org": org} if "$org" in place else {})
    result = connection.execute(query.format(place=place), bound)
    return Table(tuple(column[0] for column in result.description), result.fetchall())


def _flow_text(flow: dict[str, Any] | None) -> str:
    return f"{flow['from_segment']} -> {flow['to_segment']} ({flow['days']} d)" if flow else ""
