"""Channels as the business writes them down: rulebook/channels.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.documents import yaml_document
from mofang_pipeline.rulebook.fields import Entry

FILE = "channels.yaml"
KEYS = ("channel", "zh", "en", "columns", "frequency_cap", "holdout", "valid_days", "destination")
SEGMENT = "segment"


@dataclass(frozen=True)
class Channel:
    """`columns` beside the token; `contacts` at most within `days` (0: no cap)."""

    name: str
    zh: str
    en: str
    columns: tuple[str, ...]
    contacts: int
    days: int
    holdout: Decimal
    valid_days: int
    destination: str | None


def channel(folder: Path, name: str) -> Channel:
    """One channel of the rulebook in `folder`. Raises Refused, or RulebookError where the file is wrong."""
    known = {each.name: each for each in channels(folder)}
    if name not in known:
        names = ", ".join(known)
        raise Refused(f"there is no channel {name}; known are {names}", f"没有渠道 {name}，可用的有 {names}")
    return known[name]


def channels(folder: Path) -> list[Channel]:
    written = Entry({"channels": yaml_document(folder / FILE, FILE)}, FILE, "channels", ("channels",))
    return [_channel(item) for item in written.items("channels")]


def _channel(item: Any) -> Channel:
    name = item.get("channel") if isinstance(item, dict) else None
    entry = Entry(item, FILE, f"channel {name}", KEYS)
    cap = Entry(
        entry.values.get("frequency_cap"), FILE, f"{entry.subject} frequency_cap", ("contacts", "days")
    )
    return Channel(
        name=_plain(entry),
        zh=entry.text("zh"),
        en=entry.text("en"),
        columns=tuple(_columns(entry)),
        contacts=_whole(cap, "contacts", 0),
        days=_whole(cap, "days", 1),
        holdout=_share(entry),
        valid_days=_whole(entry, "valid_days", 1),
        destination=entry.optional_text("destination"),
    )


def _plain(entry: Entry) -> str:
    name = entry.text("channel")
    if not (name.isascii() and name.replace("_", "").isalnum()):
        entry.refuse("channel", "is letters, digits and _", "只能含字母、数字和下划线")
    return name


def _columns(entry: Entry) -> Iterator[str]:
    for column in entry.items("columns"):
        if column != SEGMENT and column not in COLUMNS:
            entry.refuse(
                "columns", f"{column!r} is no column of customer_wide", f"{column!r} 不是客户宽表字段"
            )
        yield str(column)


def _whole(entry: Entry, key: str, least: int) -> int:
    value = entry.values.get(key)
    if type(value) is not int or value < least:
        entry.refuse(key, f"must be a whole number from {least} on", f"应为不小于 {least} 的整数")
    return int(value)


def _share(entry: Entry) -> Decimal:
    value = entry.values.get("holdout")
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or not 0 <= value < 1:
        entry.refuse("holdout", "must be a share from 0 to below 1", "应为 0 到 1（不含）之间的比例")
    return Decimal(value)
