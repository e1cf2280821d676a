"""A definition as it is written: an item of rulebook/segment_sets.yaml, or the same mapping from the portal.

Here: form alone. Whether the names exist and fit together is check.py's business.
"""

from pathlib import Path
from typing import Any

from mofang_pipeline.rulebook.documents import yaml_document
from mofang_pipeline.rulebook.fields import Entry
from mofang_pipeline.segment_sets.model import KINDS, Definition, Flow

FILE = "segment_sets.yaml"
KEYS = (
    "set", "zh", "en", "owner", "kind", "members", "where", "flow", "as_of", "share_with", "expires_on",
)  # fmt: skip
LONGEST_FLOW = 400  # days


def definitions_in(folder: Path) -> list[Definition]:
    """All sets of the rulebook in `folder`; none when the file is not there. Raises RulebookError."""
    path = folder / FILE
    if not path.exists():
        return []
    content = yaml_document(path, FILE)
    entry = Entry({"sets": content}, FILE, "sets", ("sets",))
    definitions = [definition(item) for item in entry.items("sets")]
    seen: set[str] = set()
    for each in definitions:
        if each.set_id in seen:
            _entry({"set": each.set_id}).refuse("set", "is given twice; rename one", "重复出现，请改名")
        seen.add(each.set_id)
    return definitions


def definition(written: Any) -> Definition:
    """One set. Raises RulebookError naming the set and the key."""
    entry = _entry(written)
    owner = Entry(entry.values.get("owner"), FILE, f"{entry.subject} owner", ("org", "user"))
    kind = entry.choice("kind", KINDS)
    as_of = entry.day("as_of")
    if (kind == "frozen") != (as_of is not None):
        entry.refuse("as_of", "is for frozen sets, which need it", "只用于 frozen，且必须填写")
    built = Definition(
        set_id=entry.text("set"),
        zh=entry.text("zh"),
        en=entry.text("en", entry.text("zh")),
        owner_org=owner.text("org"),
        owner_user=owner.text("user"),
        kind=kind,
        members=entry.optional_text("members"),
        where=entry.optional_text("where"),
        flow=_flow(entry),
        as_of=as_of,
        share_with=tuple(sorted({str(code) for code in entry.items("share_with")})),
        expires_on=entry.day("expires_on"),
    )
    if not (built.members or built.where or built.flow):
        entry.refuse("members", "where or flow must say who belongs", "、where、flow 至少写一个")
    return built


def _entry(written: Any) -> Entry:
    name = written.get("set") if isinstance(written, dict) else None
    return Entry(written, FILE, f"set {name}", KEYS)


def _flow(entry: Entry) -> Flow | None:
    if entry.values.get("flow") is None:
        return None
    inner = Entry(entry.values["flow"], FILE, f"{entry.subject} flow", ("from_segment", "to_segment", "days"))
    days = inner.values.get("days")
    if type(days) is not int or not 1 <= days <= LONGEST_FLOW:
        inner.refuse("days", f"must be 1 to {LONGEST_FLOW}", f"应为 1 至 {LONGEST_FLOW}")
    return Flow(inner.text("from_segment"), inner.text("to_segment"), days)
