"""What people decide about breaks, and the matches that they confirm: entries of the log, and what follows from them.

Who may decide is access.py's; a page asks it. What a decision rests on (class and difference) is part of it: where
a late or corrected row changes either, the break is open again.
"""

from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.home import Home
from mofang_pipeline.published import replace_all
from mofang_pipeline.reconciliation.facts import Match
from mofang_pipeline.refusals import Refused

DECIDED, CONFIRMED, WITHDRAWN = "break.decided", "break.match_confirmed", "break.match_withdrawn"
ACTIONS = (DECIDED, CONFIRMED, WITHDRAWN)
OPEN = "open"  # takes a resolution back
RESOLUTIONS: Mapping[str, tuple[str, str]] = {
    "accepted": ("认可", "accepted as it is"),
    "claimed": ("向机构追索", "claimed back from the institution"),
    "awaiting_correction": ("待更正文件", "waits for a corrected file"),
    "written_off": ("核销损失", "written off"),
}
KEY = ("campaign", "class", "item_kind", "item_id", "difference_fen")


@dataclass(frozen=True)
class Choice:
    """What a user wants of a break. None leaves what was decided before."""

    owner: str | None = None
    resolution: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Decision:
    """What holds for a break from day `valid_from` until before `valid_to`."""

    key: tuple[Any, ...]  # as KEY
    choice: Choice
    decided_by: str
    valid_from: date
    valid_to: date | None = None


def decisions(entries: Iterable[log.Entry]) -> list[Decision]:
    """Each decision with the days on which it is the latest; a later one adds to what it does not say anew."""
    by_break: dict[tuple[Any, ...], list[Decision]] = {}
    for entry in entries:
        if entry.action == DECIDED:
            key = tuple(entry.payload[name] for name in KEY)
            made = by_break.setdefault(key, [])
            made.append(_decision(key, entry, made[-1].choice if made else Choice()))
    return [each for made in by_break.values() for each in _in_turn(made)]


def _decision(key: tuple[Any, ...], entry: log.Entry, before: Choice) -> Decision:
    said = {name: entry.payload.get(name) for name in ("owner", "resolution", "note")}
    merged = {name: getattr(before, name) if value is None else value for name, value in said.items()}
    if merged["resolution"] == OPEN:
        merged["resolution"] = None
    return Decision(key, Choice(**merged), entry.actor, date.fromisoformat(entry.payload["as_of"]))


def _in_turn(made: list[Decision]) -> Iterable[Decision]:
    """A decision gives way on the first day for which a later one was made, if it ever came into force."""
    for place, each in enumerate(made):
        ends = min((later.valid_from for later in made[place + 1 :]), default=None)
        if ends is None or ends > each.valid_from:
            yield Decision(each.key, each.choice, each.decided_by, each.valid_from, ends)


def matches(entries: Iterable[log.Entry]) -> list[Match]:
    """The confirmed matches, each until it was taken back."""
    found: dict[tuple[str, str], Match] = {}
    for entry in entries:
        said = entry.payload
        if entry.action == CONFIRMED:
            match = Match(
                said["match_id"],
                said["campaign"],
                date.fromisoformat(said["as_of"]),
                grants=tuple(said["grants"]),
                statements=tuple(said["statements"]),
                entries=tuple(
                    said.get("entries", ())
                ),  # entries of the log from before postings were matched
            )
            found[match.campaign, match.match_id] = match
        elif entry.action == WITHDRAWN:
            match = found[said["campaign"], said["match_id"]]
            until = date.fromisoformat(said["as_of"])
            found[match.campaign, match.match_id] = Match(**{**vars(match), "until": until})
    return list(found.values())


def read(home: Home) -> list[log.Entry]:
    return log.entries(engine(home), actions=ACTIONS)


def publish(connection: duckdb.DuckDBPyConnection, entries: Iterable[log.Entry]) -> None:
    """mart.break_decision as the log has it."""
    rows = [
        (*each.key, each.choice.owner, each.choice.resolution, each.choice.note, each.decided_by,
         each.valid_from, each.valid_to)
        for each in decisions(entries)
    ]  # fmt: skip
    replace_all(connection, "mart.break_decision", rows)


def decide(home: Home, *, actor: str, campaign: str, item_id: str, choice: Choice) -> log.Entry:
    """Decides a break of the latest reconciled day. Raises Refused where there is none, or nothing is said."""
    _require_sensible(choice)
    with closing(lake.connect(home, read_only=True)) as connection:
        found = _break(connection, campaign, item_id)
        org_code = _org(connection, campaign)
    payload = {**found, **{name: value for name, value in vars(choice).items() if value is not None}}
    return log.append(
        engine(home), actor=actor, action=DECIDED, subject=f"{campaign} {item_id}", org_code=org_code,
        payload=payload,
    )  # fmt: skip


def confirm(home: Home, *, actor: str, campaign: str, match_id: str, note: str = "") -> log.Entry:
    """Confirms a suggested match of the latest reconciled day: its rows are one item from that day on."""
    with closing(lake.connect(home, read_only=True)) as connection:
        payload = _suggestion(connection, campaign, match_id)
        org_code = _org(connection, campaign)
    return log.append(
        engine(home), actor=actor, action=CONFIRMED, subject=f"{campaign} {match_id}", org_code=org_code,
        payload={**payload, "note": note},
    )  # fmt: skip


def withdraw(home: Home, *, actor: str, campaign: str, match_id: str, note: str = "") -> log.Entry:
    """Takes a confirmed match back, from the latest reconciled day on."""
    with closing(lake.connect(home, read_only=True)) as connection:
        day, org_code = _latest_day(connection), _org(connection, campaign)
    held = [each for each in matches(read(home)) if (each.campaign, each.match_id) == (campaign, match_id)]
    if not held or not held[0].holds(day):
        raise Refused(
            f"{campaign} has no confirmed match {match_id}", f"活动 {campaign} 没有已确认的匹配 {match_id}"
        )
    payload = {"campaign": campaign, "match_id": match_id, "as_of": day.isoformat(), "note": note}
    return log.append(
        engine(home), actor=actor, action=WITHDRAWN, subject=f"{campaign} {match_id}", org_code=org_code,
        payload=payload,
    )  # fmt: skip


def _require_sensible(choice: Choice) -> None:
    if choice == Choice():
        raise Refused("say an owner, a resolution or a note", "请填写负责人、处理结果或备注")
    known = (*RESOLUTIONS, OPEN)
    if choice.resolution is not None and choice.resolution not in known:
        listed = ", ".join(known)
        raise Refused(
            f"resolution {choice.resolution!r}: use one of {listed}",
            f"处理结果 {choice.resolution!r} 无效，可用：{listed}",
        )


def _latest_day(connection: duckdb.DuckDBPyConnection) -> date:
    row = connection.execute("select max(day) from int.computed_day where kind = 'reconciled'").fetchone()
    if row is None or row[0] is None:
        raise Refused(
            "nothing is reconciled yet: mofang reconcile --as-of DAY", "尚未对账，请先运行 mofang reconcile"
        )
    return date.fromisoformat(str(row[0]))


def _break(connection: duckdb.DuckDBPyConnection, campaign: str, item_id: str) -> dict[str, Any]:
    day = _latest_day(connection)
    rows = connection.execute(
        f"select {', '.join(KEY)} from int.campaign_break where day = ? and campaign = ? and item_id = ?",
        [day, campaign, item_id],
    ).fetchall()
    if len(rows) != 1:
        raise Refused(
            f"{campaign} has no open item {item_id} on {day}; mofang breaks list shows them",
            f"{day} 活动 {campaign} 没有差异项 {item_id}，请查看差异清单",
        )
    return {**dict(zip(KEY, rows[0], strict=True)), "as_of": day.isoformat()}


def _suggestion(connection: duckdb.DuckDBPyConnection, campaign: str, match_id: str) -> dict[str, Any]:
    day = _latest_day(connection)
    rows = connection.execute(
        """select side, reward_id from mart.match_suggestion
        where day = ? and campaign = ? and match_id = ? order by side, reward_id""",
        [day, campaign, match_id],
    ).fetchall()
    if not rows:
        raise Refused(
            f"{campaign} has no suggested match {match_id} on {day}",
            f"{day} 活动 {campaign} 没有建议匹配 {match_id}",
        )
    return {
        "campaign": campaign,
        "match_id": match_id,
        "as_of": day.isoformat(),
        "grants": [row_id for side, row_id in rows if side == "grant"],
        "statements": [row_id for side, row_id in rows if side == "statement"],
        "entries": [row_id for side, row_id in rows if side == "ledger"],
    }


def _org(connection: duckdb.DuckDBPyConnection, campaign: str) -> str | None:
    row = connection.execute("select org_code from mart.campaign where campaign = ?", [campaign]).fetchone()
    return row[0] if row else None
