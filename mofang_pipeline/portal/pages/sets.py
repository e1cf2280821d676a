"""Segment sets: the list with today's sizes, one set with its versions and history, overlaps, trying and saving."""

from datetime import datetime
from zoneinfo import ZoneInfo

from mofang_pipeline import rules
from mofang_pipeline.portal.asked import Answer, Asked, get, post
from mofang_pipeline.segment_sets import actions, reading
from mofang_pipeline.segment_sets.trying import tried

KEYS = ("set", "zh", "en", "kind", "members", "where", "as_of", "expires_on")


def list_sets(asked: Asked) -> Answer:
    """Every set that the organisation sees, with its customers on the day."""
    org, day = asked.org(), asked.day()
    with asked.lake.cursor() as cursor:
        sizes = {
            row[1]: row[3] for row in reading.sizes(cursor, asked.home, org_code=org).rows if row[0] == day
        }
    found = reading.listed(asked.home, org)
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    return {
        "org": org,
        "day": day,
        "sets": [_plain(row) | {"customers": sizes.get(row["set_id"])} for row in rows],
    }


def one(asked: Asked) -> Answer:
    """One set: its versions, what uses it and has used it, and its customers day by day."""
    org, name = asked.org(), asked.text("set")
    zone = ZoneInfo(rules.in_force(asked.home).settings.timezone)
    found = reading.shown(asked.home, name, org)
    with asked.lake.cursor() as cursor:
        sizes = reading.sizes(cursor, asked.home, name, org).rows
    return {
        "versions": [
            _at_the_bank(zone, "saved_at", _plain(dict(zip(found.columns, row, strict=True))))
            for row in reversed(found.rows)
        ],
        "usage": [
            _at_the_bank(zone, "recorded_at", dict(zip(reading.USAGE, row, strict=True)))
            for row in reading.usage(asked.home, name, org).rows
        ],
        "trend": [[str(row[0]), row[3]] for row in sizes],
    }


def overlap(asked: Asked) -> Answer:
    """How many customers each pair of sets has in common on the day."""
    org, day = asked.org(), asked.day()
    with asked.lake.cursor() as cursor:
        found = reading.overlaps(cursor, asked.home, day, org)
    return [_plain(dict(zip(found.columns, row, strict=True))) for row in found.rows]


def overlap_days(asked: Asked) -> Answer:
    """How many customers two sets have in common, day by day."""
    org, pair = asked.org(), (asked.text("set"), asked.text("other"))
    with asked.lake.cursor() as cursor:
        found = reading.overlap_days(cursor, asked.home, pair, org)
    return [_plain(dict(zip(found.columns, row, strict=True))) for row in found.rows]


def try_set(asked: Asked) -> Answer:
    """How many of the organisation's customers a definition holds on the day, before it is saved."""
    org = asked.org()
    with asked.lake.cursor() as cursor:
        return {
            "customers": tried(cursor, asked.home, written=_written(asked), day=asked.day(), org_code=org)
        }


def save(asked: Asked) -> Answer:
    version = actions.save(
        asked.home, actor=asked.viewer.user, org_code=asked.viewer.org_code, written=_written(asked)
    )
    return {"set": version.definition.set_id, "version": version.number}


def delete(asked: Asked) -> Answer:
    actions.delete(
        asked.home, actor=asked.viewer.user, org_code=asked.viewer.org_code, set_id=asked.text("set")
    )
    return {}


def _written(asked: Asked) -> dict[str, object]:
    """The definition as the form sends it; a set keeps its owner, a new one is the organisation's asked for."""
    written: dict[str, object] = {key: asked.optional(key) for key in KEYS}
    written["owner"] = _owner(asked)
    if asked.optional("flow_days"):
        written["flow"] = {
            "from_segment": asked.text("from_segment"),
            "to_segment": asked.text("to_segment"),
            "days": asked.number("flow_days", 30),
        }
    shared = (asked.optional("share_with") or "").replace("，", ",").split(",")
    written["share_with"] = [code.strip() for code in shared if code.strip()]
    return written


def _owner(asked: Asked) -> dict[str, str]:
    org, known = asked.org(), actions.known_sets(asked.home)[1].get(asked.optional("set") or "")
    if known is None or known.deleted:
        return {"org": org, "user": asked.viewer.user}
    definition = known.latest.definition
    return {"org": definition.owner_org, "user": definition.owner_user}


def _at_the_bank(zone: ZoneInfo, column: str, row: dict[str, object]) -> dict[str, object]:
    """With the moment as the bank's clocks show it, like all moments of the portal."""
    moment = datetime.fromisoformat(str(row[column])).astimezone(zone)
    return {**row, column: f"{moment:%Y-%m-%d %H:%M}"}


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {
        name: value if isinstance(value, int) or value is None else str(value) for name, value in row.items()
    }


WAYS = [
    get("/list", list_sets),
    get("/one", one),
    get("/overlap", overlap),
    get("/overlap_days", overlap_days),
    post("/try", try_set),
    post("/save", save, "set.save"),
    post("/delete", delete, "set.save"),
]
