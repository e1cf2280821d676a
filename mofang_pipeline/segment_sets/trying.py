"""How many customers a definition would have, before it is saved. Nothing is written."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline import rules
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.replay import parameters_of
from mofang_pipeline.rulebook import RulebookError
from mofang_pipeline.segment_sets import check, members
from mofang_pipeline.segment_sets.actions import known_sets
from mofang_pipeline.segment_sets.model import Version
from mofang_pipeline.segment_sets.reading import PLACES
from mofang_pipeline.segment_sets.registry import live
from mofang_pipeline.segment_sets.written import definition


def tried(
    connection: duckdb.DuckDBPyConnection, home: Home, *, written: Mapping[str, Any], day: date, org_code: str
) -> int:
    """The organisation's own customers in the set as written, on `day`. Refused as saving would be."""
    rulebook, sets = known_sets(home)
    try:
        new = definition(dict(written))
    except RulebookError as error:
        raise Refused(error.problems[0].en, error.problems[0].zh) from None
    check.require_sound(new, live(sets), rulebook)
    draft = {new.set_id: Version(0, new, "", "", "draft")}
    plan = members.plan_day(connection, rulebook, sets, day, only=draft)
    if reason := plan.problems.get(new.set_id):
        raise Refused(*reason.split(" / ", 1))
    place = PLACES[rulebook.organisations[org_code].level]
    with members.flagged(connection, rulebook, plan, parameters_of(rules.of_day(home, day), day)):
        row = connection.execute(
            f"select count(*) from {members.ROWS} where {place}", {"org": org_code} if "$org" in place else {}
        ).fetchone()
    return int(row[0]) if row else 0
