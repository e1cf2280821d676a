"""Which rules hold: now, on a day that is computed or will be, and as they were known at a time.

The rulebook's files and the changes that people had approved, both kept in the log. A day keeps, for each province,
the rules that it was computed with (int.rules_of_day); whatever happens later, it is computed with them again. Not
here: how rules are changed (rule_actions.py).
"""

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import date, datetime

import duckdb

from mofang_pipeline import lake, plan, published
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.control.log import Entry
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rule_log import (
    ACTIONS,
    FILES_CHANGED,
    FILES_SUBJECT,
    Rules,
    change_as_json,
    read_texts,
    recorded,
    rules_after,
)
from mofang_pipeline.rulebook import Rulebook, read_rulebook, require_valid
from mofang_pipeline.rulebook.history import as_changes, differences, standing, stated, with_values
from mofang_pipeline.rulebook.texts import texts_in

FILES_ACTOR, FILES_REASON = "rulebook", "the rulebook's files, as reviewed in git"


def in_force(home: Home) -> Rulebook:
    """The files with the log's approved changes, checked. Edited files are recorded first, as new changes."""
    return current(home).rulebook


def current(home: Home) -> Rules:
    """As `in_force`, with the log's entry that it stands at. Raises RulebookError; then nothing is recorded."""
    files = require_valid(read_rulebook(home.rulebook))
    texts = texts_in(home.rulebook)
    known = log.entries(engine(home), actions=ACTIONS)
    if texts != _last_texts(known):
        known = _record_files(home, files, texts, known)
    rules = _after(known)
    require_valid(rules.rulebook)
    return rules


def _after(known: Sequence[Entry]) -> Rules:
    rules = rules_after(known)
    if rules is None:
        raise LookupError("the log holds no rulebook yet; `mofang rules check` records it")
    return rules


def _last_texts(known: Sequence[Entry]) -> dict[str, str] | None:
    texts = [entry.payload["files"] for entry in known if entry.action == FILES_CHANGED]
    return texts[-1] if texts else None


def _record_files(home: Home, files: Rulebook, texts: dict[str, str], known: Sequence[Entry]) -> list[Entry]:
    """Adds the edited files to the log, if with them and with people's changes the rules are still sound."""
    before = _last_texts(known)
    said = stated(read_texts(before)) if before else {}
    kept = standing(each.change for each in recorded(known) if each.seq is not None)
    changes = differences(said, files, kept)
    require_valid(with_values(files, standing([*as_changes(kept), *changes])))
    last = [entry.seq for entry in known if entry.action == FILES_CHANGED]
    payload = {"files": texts, "changes": [change_as_json(each) for each in changes], "reason": FILES_REASON}
    # Another process that reads the same files at this moment is faster: then its entry is as good.
    with suppress(Refused):
        log.append(
            engine(home),
            actor=FILES_ACTOR,
            action=FILES_CHANGED,
            subject=FILES_SUBJECT,
            payload=payload,
            expect=last[-1] if last else 0,
        )
    return log.entries(engine(home), actions=ACTIONS)


def of_day(home: Home, day: date) -> dict[str, Rulebook]:
    """Province -> the rules that the day was computed with, or would be if it is not computed."""
    if not any(home.lake.iterdir()):
        return dict.fromkeys(plan.tier1_codes(in_force(home)), in_force(home))
    with closing(lake.connect(home, read_only=True)) as connection:
        return {code: rules.rulebook for code, rules in of_days(home, connection, [day])[day].items()}


def of_days(
    home: Home, connection: duckdb.DuckDBPyConnection, days: Sequence[date]
) -> dict[date, dict[str, Rules]]:
    """Day -> province -> its rules, as `of_day`; equal rules are one object."""
    now = current(home)
    kept = _kept(connection, days)
    entries = log.entries(engine(home), actions=ACTIONS) if kept else []
    by_seq = {now.seq: now} | {
        seq: _with_newer_organisations(_after([entry for entry in entries if entry.seq <= seq]), now)
        for seq in set(kept.values()) - {now.seq}
    }
    return {
        day: {code: by_seq[kept.get((day, code), now.seq)] for code in plan.tier1_codes(now.rulebook)}
        for day in days
    }


def _with_newer_organisations(rules: Rules, now: Rules) -> Rules:
    """Late customers of a city that is newer than the rules have those of its province."""
    if now.rulebook.organisations.keys() <= rules.rulebook.organisations.keys():
        return rules
    known = {**now.rulebook.organisations, **rules.rulebook.organisations}
    return Rules(rules.seq, replace(rules.rulebook, organisations=known))


def _kept(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> dict[tuple[date, str], int]:
    try:
        rows = connection.execute(
            "select day, province, seq from int.rules_of_day where day in (select unnest($days))",
            {"days": list(days)},
        ).fetchall()
    except duckdb.CatalogException:  # a lake from before there was a history
        return {}
    return {(day, province): seq for day, province, seq in rows}


def keep(
    connection: duckdb.DuckDBPyConnection,
    chosen: Mapping[date, Mapping[str, Rules]],
    provinces: Sequence[str] = (),
) -> None:
    """Writes down which rules these days (of `provinces`; none: all) are computed with."""
    rows = [
        (day, code, rules.seq)
        for day, of_provinces in chosen.items()
        for code, rules in of_provinces.items()
        if not provinces or code in provinces
    ]
    connection.execute("begin")
    connection.execute(
        "delete from int.rules_of_day where (day, province) in (select unnest($days), unnest($provinces))",
        {"days": [row[0] for row in rows], "provinces": [row[1] for row in rows]},
    )
    published.insert_rows(connection, "int.rules_of_day", rows)
    connection.execute("commit")


def known_at(home: Home, moment: datetime) -> Rules | None:
    """The rules as they were known at `moment` (with a time zone); None where nothing was known yet."""
    known = log.entries(engine(home), actions=ACTIONS)
    return rules_after([entry for entry in known if entry.recorded_at <= moment])
