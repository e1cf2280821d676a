"""Who of a pushed list is no longer in the set on a day, and why.

`behaviour`: under the definition and the rules of the push the customer would have left too; it worked or is gone, and
the channel should stop. `rule`: under them the customer would still be in; only the definition or a rule has moved.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.push.state import Push
from mofang_pipeline.replay import Rules, completed, parameters_of, segments_under
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.segment_sets import members
from mofang_pipeline.segment_sets.model import Version
from mofang_pipeline.segment_sets.registry import Registry

Connection = duckdb.DuckDBPyConnection
STILL = """
    create or replace temp table {name} as
    select distinct flag.customer_key from set_flag as flag where flag.set_id = $set_id
"""


@dataclass(frozen=True)
class Night:
    """What holds while one day is looked at; `rules_of`: day -> province -> the rules that it was computed with."""

    day: date
    rulebook: Rulebook
    sets: Registry
    rules_of: Mapping[date, Rules]


def write_day(connection: Connection, night: Night, pushes: Mapping[str, Push]) -> int:
    """Replaces mart.push_leaver of the day for every list that may still be used then; returns the rows written."""
    connection.execute(
        "create or replace temp table left_the_set "
        "(day date, push_id varchar, province varchar, city varchar, customer_key bigint, token varchar, cause varchar)"
    )
    for push_id, push in pushes.items():
        if push.key.as_of < night.day <= push.expires_on:
            _find(connection, night, push_id, push)
    rows = lake.replace_partition(
        connection,
        "mart.push_leaver",
        "day = $day",
        "select * from left_the_set order by push_id, customer_key",
        {"day": night.day},
    )
    connection.execute("drop table left_the_set")
    return rows


def _find(connection: Connection, night: Night, push_id: str, push: Push) -> None:
    set_id, as_of = push.key.set_id, push.key.as_of
    now = {name: known.latest for name, known in night.sets.items() if not known.deleted}
    held = night.rules_of[night.day]
    _evaluate(connection, night, now, set_id, "in_now", parameters_of(held, night.day))
    then = _versions_of(push, night.sets)
    if _is_same(connection, push, now, then, night.day):
        connection.execute("create or replace temp table in_then as select * from in_now")
    else:
        earlier = completed(night.rules_of[as_of], held)
        _segment_under(connection, earlier, push, night.day)
        parameters = parameters_of(earlier, as_of)
        _evaluate(connection, night, then, set_id, "in_then", parameters, "membership_then")
    connection.execute(
        published.statement("push_leaver"), {"day": night.day, "push_id": push_id, "as_of": as_of}
    )


def _evaluate(
    connection: Connection,
    night: Night,
    versions: Mapping[str, Version],
    set_id: str,
    name: str,
    parameters: list[dict[str, Any]],
    membership: str = "mart.segment_membership",
) -> None:
    """The temporary table `name`: customers for whom the set's definition is true on the day, expired or not."""
    lasting = {each: _lasting(version) for each, version in versions.items()}
    plan = members.plan_day(connection, night.rulebook, night.sets, night.day, only=lasting)
    shown = {each: version for each, version in plan.shown.items() if each == set_id}
    with members.flagged(connection, night.rulebook, replace(plan, shown=shown), parameters, membership):
        connection.execute(STILL.format(name=name), {"set_id": set_id})


def _lasting(version: Version) -> Version:
    return replace(version, definition=replace(version.definition, expires_on=None))


def _versions_of(push: Push, sets: Registry) -> dict[str, Version]:
    """The versions that the list was made with."""
    return {name: sets[name].versions[number - 1] for name, number in push.manifest["sets"].items()}


def _is_same(
    connection: Connection, push: Push, now: Mapping[str, Version], then: Mapping[str, Version], day: date
) -> bool:
    """Neither a definition nor a branch's rules have changed since the push: who left, left by behaviour."""
    if any(name not in now or now[name].number != version.number for name, version in then.items()):
        return False
    rows = connection.execute(
        "select distinct province, rule_version from mart.segment_membership where day = $day", {"day": day}
    ).fetchall()
    return all(push.manifest["rule_versions"].get(province) == version for province, version in rows)


def _segment_under(connection: Connection, rules: Rules, push: Push, day: date) -> None:
    """`membership_then`: the leaf of the list's customers with the day's data and the rules of the push."""
    query = segments_under(rules, push.key.as_of, rules, data_day=day)
    connection.execute(
        f"""
        create or replace temp table membership_then as
        select $day as day, placed.* from ({query}) as placed
        semi join (select customer_key from int.push_row where as_of = $as_of and push_id = $push_id) as listed
            using (customer_key)
        """,
        {"day": day, "as_of": push.key.as_of, "push_id": push.key.push_id},
    )


def expired(pushes: Mapping[str, Push], sets: Registry, day: date) -> list[tuple[str, str]]:
    """(set id, push id) of the pushes whose list may not be used after `day` and that still hold their set."""
    return [
        (push.key.set_id, push_id)
        for push_id, push in pushes.items()
        if push.expires_on < day and ("push", push_id) in sets[push.key.set_id].uses
    ]
