"""Computing past days again under the rules in force now: by name, recorded, and with both versions kept.

The only way in which a computed day comes under other rules. What the day was before is copied to mart.superseded_*
first; then the same steps run as on any day. An order that was interrupted is finished by giving it again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta

import duckdb

from mofang_pipeline import lake, published, rules, runs
from mofang_pipeline.control import log
from mofang_pipeline.control.database import engine
from mofang_pipeline.control.log import Entry
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.segments import province_scope

ORDERED, DONE = "restatement.ordered", "restatement.done"
IN_SCOPE = "($all_provinces or list_contains($provinces, province))"


@dataclass(frozen=True)
class Restated:
    """What a restatement came to in one province on one day."""

    day: date
    province: str
    customers: int
    moved: int


def restate(
    home: Home,
    *,
    actor: str,
    name: str,
    first: date,
    last: date,
    provinces: Sequence[str] = (),
    reason: str,
    progress: runs.Progress,
) -> list[Restated]:
    """Computes the segments of first..last again (of `provinces`; none: all) under the rules in force.

    The name is the restatement's for ever. Refused where no day of these is computed, or the name is taken.
    """
    now = rules.current(home)
    codes = list(provinces) or list(now.rulebook.tier1_codes)
    if unknown := sorted(set(provinces) - set(now.rulebook.tier1_codes)):
        raise Refused(f"{unknown[0]} is no tier-1 branch", f"{unknown[0]} 不是一级分行")
    days = _computed_days(home, first, last, codes)
    order = _order(
        home, actor, name, {"from": str(first), "to": str(last), "provinces": codes, "reason": reason}
    )
    with lake.writer(home) as connection:
        published.create_views(connection)  # as landing does: this run begins after it
        _keep_what_was(connection, order, days, rules.kept_for(home, days), now.seq)
    rules.keep(home, {day: dict.fromkeys(codes, now) for day in days})
    runs.run_days(
        home, first=days[0], last=days[-1], provinces=tuple(codes), progress=progress, segments_only=True
    )
    log.append(
        engine(home), actor=actor, action=DONE, subject=f"restatement {name}", payload={"rules": now.seq}
    )
    return _outcome(home, name)


def _computed_days(home: Home, first: date, last: date, codes: Sequence[str]) -> list[date]:
    with lake.writer(home) as connection:
        published.create_tables(connection)
        rows = connection.execute(
            "select distinct day from int.computed_day where kind = 'segments' and day between $first and $last"
            " and list_contains($provinces, province) order by day",
            {"first": first, "last": last, "provinces": list(codes)},
        ).fetchall()
    if not rows:
        raise Refused(
            f"no day from {first} to {last} is computed, so there is nothing to restate",
            f"{first} 至 {last} 没有已计算的日期，无需重述",
        )
    return [row[0] for row in rows]


def _order(home: Home, actor: str, name: str, payload: dict[str, object]) -> Entry:
    """Records the order; an equal one that was not finished is taken up again."""
    if not str(payload["reason"]).strip():
        raise Refused("a restatement needs a reason", "重述须写明原因")
    subject = f"restatement {name}"
    known = log.entries(engine(home), subject=subject)
    if known and (known[-1].action == DONE or known[0].payload != payload):
        raise Refused(
            f"the name {name!r} was used on {known[0].recorded_at:%Y-%m-%d}; choose another",
            f"名称 {name!r} 已于 {known[0].recorded_at:%Y-%m-%d} 使用，请换一个",
        )
    if known:
        return known[0]
    return log.append(engine(home), actor=actor, action=ORDERED, subject=subject, payload=payload, expect=0)


def _keep_what_was(
    connection: duckdb.DuckDBPyConnection,
    order: Entry,
    days: Sequence[date],
    before: Mapping[tuple[date, str], int],
    seq: int,
) -> None:
    """Copies the rows as they are, once for each restatement, and writes which rules they came from."""
    name = order.subject.removeprefix("restatement ")
    if connection.execute("select 1 from mart.restatement where name = $name", {"name": name}).fetchone():
        return
    codes = order.payload["provinces"]
    following = sorted({*days, *(day + timedelta(days=1) for day in days)})
    connection.execute("begin")
    for table, source, where, of_days in (
        ("segment_membership", "mart.segment_membership", IN_SCOPE, days),
        ("segment_transition_daily", "mart.segment_transition_daily", IN_SCOPE, following),
        ("segment_profile", "int.segment_profile", "true", days),
    ):
        scope = province_scope(codes)
        connection.execute(
            f"insert into mart.superseded_{table} by name select $name as restatement, * from {source}"
            f" where day in (select unnest($days)) and ({where})",
            {"name": name, "days": list(of_days)} | {key: scope[key] for key in scope if f"${key}" in where},
        )
    at, reason = order.recorded_at.astimezone(UTC).replace(tzinfo=None), order.payload["reason"]
    rows = [
        (name, day, code, before.get((day, code)), seq, order.actor, at, reason)
        for day in days
        for code in codes
    ]
    published.insert_rows(connection, "mart.restatement", rows)
    connection.execute("commit")


def _outcome(home: Home, name: str) -> list[Restated]:
    with lake.writer(home) as connection:
        rows = connection.execute(published.statement("restated"), {"name": name}).fetchall()
    return [Restated(*row) for row in rows]
