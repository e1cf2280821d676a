"""Campaigns as written in rulebook/campaigns/<id>.yaml: how a file becomes one.

Not here: whether names and numbers make sense together (check_campaigns.py).
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from mofang_pipeline.rulebook.campaign import CHANNELS, FOLDER, Campaign, Plan, Reward
from mofang_pipeline.rulebook.documents import refuse, yaml_document
from mofang_pipeline.rulebook.fields import Entry
from mofang_pipeline.rulebook.model import Problem, RulebookError

KEYS = (
    "campaign", "zh", "en", "org", "audience", "arms", "window", "budget_fen", "rewards", "channel",
    "cost_fen_per_contact", "margin_rate", "plan", "priority", "frequency_cap", "maker",
    "tolerance_fen", "timing_days",
)  # fmt: skip


def campaigns_in(folder: Path) -> tuple[Campaign, ...]:
    """The campaigns of rulebook `folder`, by id. Raises RulebookError with every file's problem."""
    problems: list[Problem] = []
    found: list[Campaign] = []
    for path in sorted((folder / FOLDER).glob("*.yaml")):
        try:
            found.append(campaign_of(yaml_document(path, f"{FOLDER}/{path.name}"), path))
        except RulebookError as error:
            problems.extend(error.problems)
    if problems:
        raise RulebookError(problems)
    return tuple(found)


def campaign_of(document: Any, path: Path) -> Campaign:
    """The campaign of one file's document; `path` gives its id and where an audience's file is sought."""
    file = f"{FOLDER}/{path.name}"
    entry = Entry(document, file, "campaign", KEYS)
    name = entry.text("campaign")
    if name != path.stem:
        entry.refuse(
            "campaign",
            f"is {name!r} but the file is named {path.name}; make them equal",
            f"为 {name!r}，与文件名不一致，请改成一致",
        )
    window = Entry(entry.mapping("window"), file, "window", ("from", "to"))
    first, last = (_required_day(window, key) for key in ("from", "to"))
    audience = Entry(entry.mapping("audience"), file, "audience", ("set", "import"))
    source = audience.optional_text("import")
    zh = entry.text("zh", name)
    return Campaign(
        id=name,
        zh=zh,
        en=entry.text("en", zh),
        org_code=entry.text("org", ""),
        set_name=audience.optional_text("set"),
        import_path=path.parent / source if source else None,
        arms={arm: _number(entry, "arms", share) for arm, share in entry.mapping("arms").items()},
        first=first,
        last=last,
        budget_fen=_optional_whole(entry, "budget_fen"),
        rewards=tuple(_reward(item, file) for item in entry.items("rewards")),
        channel=entry.choice("channel", CHANNELS) if entry.values.get("channel") is not None else None,
        cost_fen_per_contact=_optional_whole(entry, "cost_fen_per_contact") or 0,
        margin_rate=_optional_number(entry, "margin_rate"),
        plan=_plan(entry.mapping("plan"), file),
        priority=_optional_whole(entry, "priority") or 0,
        frequency_cap=_optional_whole(entry, "frequency_cap"),
        maker=entry.optional_text("maker"),
        tolerance_fen=_optional_whole(entry, "tolerance_fen"),
        timing_days=_optional_whole(entry, "timing_days"),
    )


def _plan(document: dict[str, Any], file: str) -> Plan:
    entry = Entry(document, file, "plan", ("primary", "metrics", "guardrails", "alpha", "power", "mde"))
    primary = entry.text("primary", Plan.primary)
    return Plan(
        primary=primary,
        metrics=tuple(map(str, entry.items("metrics"))) or (primary,),
        guardrails=tuple(map(str, entry.items("guardrails"))),
        alpha=Plan.alpha if (alpha := _optional_number(entry, "alpha")) is None else alpha,
        power=Plan.power if (power := _optional_number(entry, "power")) is None else power,
        mde=_optional_number(entry, "mde"),
    )


def _reward(item: Any, file: str) -> Reward:
    entry = Entry(item, file, "rewards", ("code", "amount_fen", "cap_per_customer"))
    amount = _optional_whole(entry, "amount_fen")
    if amount is None:
        entry.refuse("amount_fen", "is missing; write the amount in fen", "缺失，请填写金额（分）")
    cap = _optional_whole(entry, "cap_per_customer")
    return Reward(entry.text("code"), amount, 1 if cap is None else cap)


def _required_day(entry: Entry, key: str) -> date:
    day = entry.day(key)
    if day is None:
        refuse(entry.file, f"window {key}", "is missing; write YYYY-MM-DD", "缺失，请写 YYYY-MM-DD")
    return day


def _optional_whole(entry: Entry, key: str) -> int | None:
    value = entry.values.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
        shown = repr(value) if isinstance(value, str) else value
        entry.refuse(key, f"is {shown}; write a whole number, not negative", f"为 {shown}，应为非负整数")
    return value


def _optional_number(entry: Entry, key: str) -> Decimal | None:
    value = entry.values.get(key)
    return None if value is None else _number(entry, key, value)


def _number(entry: Entry, key: str, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        entry.refuse(key, f"has {value!r}, which is no number", f"中 {value!r} 不是数字")
    return Decimal(value)
