"""Who is in the set on the day, and what keeps whom out of the list: one query, the first reason that fits.

Fills the temporary table `push_candidate`: customer_key, token, province, city, outcome, and the channel's columns.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from mofang_pipeline import assignment
from mofang_pipeline.published import statement
from mofang_pipeline.push.channels import SEGMENT, Channel
from mofang_pipeline.push.model import Funnel, Key, funnel
from mofang_pipeline.rulebook import Rulebook

CANDIDATES = "push_candidate"
PLACES = {"hq": "true", "tier1": "member.province = $org_code", "tier2": "member.city = $org_code"}


def find(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    key: Key,
    channel: Channel,
    *,
    member_day: date,
    begun: Sequence[str],
) -> Funnel:
    """Fills `push_candidate` and counts it.

    `member_day`: the day on which the set's members stand in the lake. `begun`: the pushes whose rows are contacts.
    """
    place = PLACES[rulebook.organisations[key.org_code].level]
    query = statement("push_candidate").replace("{place}", place)
    query = query.replace("{columns}", "".join(f",\n    {_column(name)}" for name in channel.columns))
    query = query.replace("{source}", statement("push_of_campaign" if key.campaign else "push_of_set"))
    query = query.replace("{held_out}", _held_out(key))
    values = {
        "set_id": key.set_id,
        "version": key.version,
        "channel": key.channel,
        "as_of": key.as_of,
        "campaign": key.campaign,
        "org_code": key.org_code,
        "push_id": key.push_id,
        "member_day": member_day,
        "first_day": key.as_of - timedelta(days=channel.days - 1),
        "cap": channel.contacts,
        "salt": salt(key),
        "held_out_below": assignment.places_of(channel.holdout),
        "begun": list(begun) or [""],
    }
    used = {name: value for name, value in values.items() if f"${name}" in query}
    connection.execute(f"create or replace temp table {CANDIDATES} as {query}", used)
    counts = connection.execute(f"select outcome, count(*) from {CANDIDATES} group by outcome").fetchall()
    return funnel(dict(counts))


def salt(key: Key) -> str:
    """The same customers are held out of every push of a set on a channel, so that the difference can be seen."""
    return f"holdout:{key.set_id}:{key.channel}"


def _held_out(key: Key) -> str:
    """A campaign has its own control arm; who is in it is held out, and nobody else."""
    return (
        "member.is_control"
        if key.campaign
        else assignment.below_sql("$salt", "identity.token", "$held_out_below")
    )


def _column(name: str) -> str:
    """`name` is one of the rulebook's known columns."""
    return f"placed.{name}" if name == SEGMENT else f"wide.{name}"
