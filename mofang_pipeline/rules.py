"""Which rules hold: now, and on a day that is computed or will be.

The rulebook's files and the changes that people had approved, both kept in the log. A day keeps, for each province,
the rules that it was computed with, in the log, too; whatever happens later, it is computed with them again. Not
here: how rules are changed (rule_actions.py).
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

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

USED, PIPELINE = "rules.used", "pipeline"
FILES_ACTOR, FILES_REASON = "rulebook", "the rulebook's files, as reviewed in git"


def in_force(home: Home) -> Rulebook:
    """The files with the log's approved changes, checked. Edited files are recorded first, as new changes."""
    return require_valid(current(home).rulebook)


def current(home: Home) -> Rules:
    """As `in_force`, with the log's entry that it stands at, and not checked again since it was recorded.

    Raises RulebookError for edited files that are not sound; then nothing is recorded.
    """
    texts = texts_in(home.rulebook)
    known = log.entries(engine(home), actions=ACTIONS) if texts else []
    if not texts or texts != _last_texts(known):
        known = _record_files(home, require_valid(read_rulebook(home.rulebook)), texts, known)
    return _after(known)


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
    return {code: rules.rulebook for code, rules in of_days(home, [day])[day].items()}


def of_days(home: Home, days: Sequence[date]) -> dict[date, dict[str, Rules]]:
    """Day -> province -> its rules, as `of_day`; equal rules are one object."""
    now = current(home)
    kept = kept_for(home, days)
    entries = log.entries(engine(home), actions=ACTIONS) if kept else []
    by_seq = {now.seq: now} | {
        seq: _with_newer_organisations(_after([entry for entry in entries if entry.seq <= seq]), now)
        for seq in set(kept.values()) - {now.seq}
    }
    return {
        day: {code: by_seq[kept.get((day, code), now.seq)] for code in now.rulebook.tier1_codes}
        for day in days
    }


def _with_newer_organisations(rules: Rules, now: Rules) -> Rules:
    """Late customers of a city that is newer than the rules have those of its province."""
    if now.rulebook.organisations.keys() <= rules.rulebook.organisations.keys():
        return rules
    known = {**now.rulebook.organisations, **rules.rulebook.organisations}
    return Rules(rules.seq, replace(rules.rulebook, organisations=known))


def kept_for(home: Home, days: Sequence[date]) -> dict[tuple[date, str], int]:
    """(day, province) -> the entry of the log that the rules it was computed with stand at."""
    wanted = {day.isoformat(): day for day in days}
    return {
        (wanted[day], province): entry.payload["rules"]
        for entry in log.entries(engine(home), actions=[USED])
        for day in entry.payload["days"]
        if day in wanted
        for province in entry.payload["provinces"]
    }


def rulebooks(chosen: Mapping[date, Mapping[str, Rules]]) -> dict[date, dict[str, Rulebook]]:
    """The same without the entries of the log."""
    return {day: {code: each.rulebook for code, each in of_day.items()} for day, of_day in chosen.items()}


def keep(home: Home, chosen: Mapping[date, Mapping[str, Rules]], provinces: Sequence[str] = ()) -> None:
    """Records which rules these days (of `provinces`; none: all) are computed with, where that is new.

    In the log and not in the lake: a lake that is made again from the landing zone has the same rows.
    """
    known = kept_for(home, list(chosen))
    fresh: dict[tuple[int, tuple[str, ...]], list[str]] = {}
    for day, of_provinces in chosen.items():
        by_seq: dict[int, list[str]] = {}
        for code, rules in of_provinces.items():
            if (not provinces or code in provinces) and known.get((day, code)) != rules.seq:
                by_seq.setdefault(rules.seq, []).append(code)
        for seq, codes in by_seq.items():
            fresh.setdefault((seq, tuple(codes)), []).append(day.isoformat())
    for (seq, in_provinces), days in fresh.items():
        payload = {"rules": seq, "days": days, "provinces": list(in_provinces)}
        log.append(engine(home), actor=PIPELINE, action=USED, subject=f"rules {seq}", payload=payload)
