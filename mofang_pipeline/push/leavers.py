"""Who of a pushed list is no longer in the set on a day, and why.

`behaviour`: under the definition and the rules of the push the customer would have left too; it worked or is gone, and
the channel should stop. `rule`: under them the customer would still be in; only the definition or a rule has moved.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import duckdb
import pandas as pd

from mofang_pipeline import lake, published
from mofang_pipeline.push.state import Push
from mofang_pipeline.rulebook import Rulebook, parameter_rows, segment_case
from mofang_pipeline.segment_sets import members
from mofang_pipeline.segment_sets.model import Version
from mofang_pipeline.segment_sets.registry import Registry

Connection = duckdb.DuckDBPyConnection
STILL = """
    create or replace temp table {name} as
    select distinct flag.customer_key from set_flag as flag where flag.set_id = $set_id
"""


def write_day(
    connection: Connection, rulebook: Rulebook, sets: Registry, pushes: Mapping[str, Push], day: date
) -> int:
    """Replaces mart.push_leaver of `day` for every list that may still be used then; returns the rows written."""
    begun = {
        push_id: push
        for push_id, push in pushes.items()
        if push.key.as_of < day <= push.expires_on and push.key.campaign is None
    }
    connection.execute(
        "create or replace temp table left_the_set "
        "(day date, push_id varchar, province varchar, city varchar, customer_key bigint, token varchar, cause varchar)"
    )
    for push_id, push in begun.items():
        _find(connection, rulebook, sets, push_id, push, day)
    rows = lake.replace_partition(
        connection,
        "mart.push_leaver",
        "day = $day",
        "select * from left_the_set order by push_id, customer_key",
        {"day": day},
    )
    connection.execute("drop table left_the_set")
    return rows


def _find(
    connection: Connection, rulebook: Rulebook, sets: Registry, push_id: str, push: Push, day: date
) -> None:
    set_id = push.key.set_id
    now = {name: known.latest for name, known in sets.items() if not known.deleted}
    _evaluate(connection, rulebook, sets, now, set_id, day, "in_now")
    then = _versions_of(push, sets)
    if _is_same(connection, push, now, then, day):
        connection.execute("create or replace temp table in_then as select * from in_now")
    else:
        _segment_under(connection, rulebook, push, day)
        _evaluate(
            connection, rulebook, sets, then, set_id, day, "in_then",
            rules_day=push.key.as_of, membership="membership_then",
        )  # fmt: skip
    connection.execute(
        published.statement("push_leaver"), {"day": day, "push_id": push_id, "as_of": push.key.as_of}
    )


def _evaluate(
    connection: Connection,
    rulebook: Rulebook,
    sets: Registry,
    versions: Mapping[str, Version],
    set_id: str,
    day: date,
    name: str,
    *,
    rules_day: date | None = None,
    membership: str = "mart.segment_membership",
) -> None:
    """The temporary table `name`: customers for whom the set's definition is true on `day`, expired or not."""
    lasting = {each: _lasting(version) for each, version in versions.items()}
    plan = members.plan_day(connection, rulebook, sets, day, only=lasting)
    shown = {each: version for each, version in plan.shown.items() if each == set_id}
    with members.flagged(
        connection, rulebook, replace(plan, shown=shown), rules_day=rules_day, membership=membership
    ):
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


def _segment_under(connection: Connection, rulebook: Rulebook, push: Push, day: date) -> None:
    """`membership_then`: the leaf of the list's customers with the day's data and the rules of the push."""
    values = pd.DataFrame(parameter_rows(rulebook, push.key.as_of, push.key.as_of))
    connection.register("parameter", values.assign(valid_from=day, valid_to=day))
    query = published.statement("segment_membership").replace("{segment_case}", segment_case(rulebook))
    try:
        connection.execute(
            f"""
            create or replace temp table membership_then as
            select placed.* from ({query}) as placed
            semi join (select customer_key from int.push_row where as_of = $as_of and push_id = $push_id) as listed
                using (customer_key)
            """,
            {
                "day": day,
                "all_provinces": True,
                "provinces": [""],
                "as_of": push.key.as_of,
                "push_id": push.key.push_id,
            },
        )
    finally:
        connection.unregister("parameter")


def expired(pushes: Mapping[str, Push], sets: Registry, day: date) -> list[tuple[str, str]]:
    """(set id, push id) of the pushes whose list may not be used after `day` and that still hold their set."""
    return [
        (push.key.set_id, push_id)
        for push_id, push in pushes.items()
        if push.expires_on < day and ("push", push_id) in sets[push.key.set_id].uses
    ]
