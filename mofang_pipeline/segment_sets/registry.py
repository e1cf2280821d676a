"""The sets and their versions, folded from the log of what people did; the rulebook's file seeds it.

Entries: `set.saved` (payload: definition, origin), `set.deleted`, `set.used` and `set.released` (payload: by, id).
Here: reading and folding. What may be appended is decided in actions.py.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import sqlalchemy as sa

from mofang_pipeline.control import log
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.segment_sets.check import sound
from mofang_pipeline.segment_sets.model import Definition, Version
from mofang_pipeline.segment_sets.written import definition

ACTIONS = ("set.saved", "set.deleted", "set.used", "set.released")
FILE_ORIGIN, FILE_ACTOR = "file", "rulebook"


@dataclass(frozen=True)
class Known:
    """One set: its versions in order, who uses it now as (kind, id), and the last entry about it."""

    versions: tuple[Version, ...] = ()
    deleted: bool = False
    uses: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    last_seq: int = 0

    @property
    def latest(self) -> Version:
        return self.versions[-1]


Registry = dict[str, Known]


def read(engine: sa.Engine) -> Registry:
    """All sets ever saved."""
    return fold(log.entries(engine, actions=ACTIONS))


def fold(entries: Iterable[log.Entry]) -> Registry:
    """The state that the entries lead to. Pure."""
    registry: Registry = {}
    for entry in entries:
        registry[entry.subject] = _after(registry.get(entry.subject, Known()), entry)
    return {name: known for name, known in registry.items() if known.versions}


def _after(known: Known, entry: log.Entry) -> Known:
    now = replace(known, last_seq=entry.seq)
    if entry.action == "set.saved":
        version = Version(
            number=len(known.versions) + 1,
            definition=definition(entry.payload["definition"]),
            saved_by=entry.actor,
            saved_at=entry.recorded_at.isoformat(),
            origin=entry.payload["origin"],
        )
        return replace(now, versions=(*known.versions, version), deleted=False)
    if entry.action == "set.deleted":
        return replace(now, deleted=True)
    use = (entry.payload["by"], entry.payload["id"])
    uses = known.uses | {use} if entry.action == "set.used" else known.uses - {use}
    return replace(now, uses=uses)


def live(registry: Registry) -> dict[str, Definition]:
    """The latest definition of every set that is not deleted."""
    return {name: known.latest.definition for name, known in registry.items() if not known.deleted}


def seed(
    engine: sa.Engine, rulebook: Rulebook, written: Iterable[Definition]
) -> tuple[Registry, dict[str, str]]:
    """The registry, after every set of the file whose text has changed since it was last taken over is saved anew.

    A set that the portal has changed or deleted since stays so until its text in the file changes. One that is not
    sound keeps the version it had; the reasons come second.
    """
    registry = read(engine)
    pending = {each.set_id: each for each in written if _is_new(registry.get(each.set_id, Known()), each)}
    _, problems = sound({**live(registry), **pending}, rulebook)
    accepted = [each for name, each in pending.items() if name not in problems]
    for each in accepted:
        with suppress(Refused):  # another process that reads the same file was faster
            log.append(
                engine,
                actor=FILE_ACTOR,
                action="set.saved",
                subject=each.set_id,
                org_code=each.owner_org,
                payload={"definition": each.document, "origin": FILE_ORIGIN},
                expect=registry.get(each.set_id, Known()).last_seq,
            )
    found = {name: reason for name, reason in problems.items() if name in pending}
    return (read(engine) if accepted else registry), found


def _is_new(known: Known, written: Definition) -> bool:
    taken = [version for version in known.versions if version.origin == FILE_ORIGIN]
    return not taken or taken[-1].definition.content_hash != written.content_hash
