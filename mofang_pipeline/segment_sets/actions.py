"""What people do with sets: save, delete, use. One function per action, for the command line and the portal alike.

Each checks, appends one entry to the log and returns the new state; a set that somebody else has changed meanwhile is
refused by the log. Who may act at all is decided by the caller's walls (access.py).
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from mofang_pipeline import rules
from mofang_pipeline.campaigns.states import ACTIONS as CAMPAIGN_ACTIONS
from mofang_pipeline.campaigns.states import DISCARDED
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, RulebookError
from mofang_pipeline.rulebook.documents import yaml_document
from mofang_pipeline.segment_sets import registry
from mofang_pipeline.segment_sets.check import is_visible, node_ids, require_sound, sets_named
from mofang_pipeline.segment_sets.model import Definition, Version
from mofang_pipeline.segment_sets.registry import Known, Registry, live
from mofang_pipeline.segment_sets.written import FILE, definition, definitions_in


def known_sets(home: Home) -> tuple[Rulebook, Registry]:
    """The rules in force and all sets, with what is new in the rulebook's file taken over first."""
    rulebook, sets, _ = sets_and_problems(home)
    return rulebook, sets


def sets_and_problems(home: Home) -> tuple[Rulebook, Registry, dict[str, str]]:
    """As `known_sets`, and what in rulebook/segment_sets.yaml could not be taken over, by set, with the reason."""
    rulebook, engine = rules.in_force(home), database.engine(home)
    try:
        written = definitions_in(home.rulebook)
    except RulebookError as error:
        return rulebook, registry.read(engine), {FILE: str(error)}
    return rulebook, *registry.seed(engine, rulebook, written)


def save(
    home: Home, *, actor: str, org_code: str, written: Mapping[str, Any], origin: str = "portal"
) -> Version:
    """A new version of the set, or the version that is there where nothing has changed. Refused with the reason."""
    rulebook, sets = known_sets(home)
    try:
        new = definition(dict(written))
    except RulebookError as error:
        raise Refused(error.problems[0].en, error.problems[0].zh) from None
    _require_owner(rulebook, org_code, new)
    before = sets.get(new.set_id)
    if before and not before.deleted:
        _require_owner(rulebook, org_code, before.latest.definition)
        if before.latest.definition.content_hash == new.content_hash:
            return before.latest
    _require_sound_with_dependents(new, live(sets), rulebook)
    engine = database.engine(home)
    log.append(
        engine,
        actor=actor,
        action="set.saved",
        subject=new.set_id,
        org_code=org_code,
        payload={"definition": new.document, "origin": origin},
        expect=before.last_seq if before else 0,
    )
    return registry.read(engine)[new.set_id].latest


def delete(home: Home, *, actor: str, org_code: str, set_id: str) -> None:
    """Ends the set; its versions and members stay on record. Refused while a set, campaign or push depends on it."""
    rulebook, sets = known_sets(home)
    known = existing(sets, set_id)
    _require_owner(rulebook, org_code, known.latest.definition)
    blockers = dependents(home, rulebook, sets, set_id)
    if blockers:
        named = ", ".join(f"{kind} {name}" for kind, name in blockers)
        raise Refused(
            f"set {set_id} cannot be deleted: {named} depend on it; change or end them first",
            f"客群集 {set_id} 不能删除：{named} 依赖它，请先更改或结束",
        )
    log.append(
        database.engine(home), actor=actor, action="set.deleted", subject=set_id, org_code=org_code, payload={},
        expect=known.last_seq,
    )  # fmt: skip


def use(home: Home, *, actor: str, org_code: str, set_id: str, by: str, by_id: str) -> Version:
    """Notes that a campaign or push (`by`) uses the set, which keeps it from being deleted; the version to use."""
    rulebook, sets = known_sets(home)
    known = existing(sets, set_id)
    require_visible(rulebook, org_code, known.latest.definition)
    hold(home, sets, actor=actor, org_code=org_code, set_id=set_id, by=by, by_id=by_id)
    return known.latest


def hold(home: Home, sets: Registry, *, actor: str, org_code: str, set_id: str, by: str, by_id: str) -> None:
    """The note alone, once, for a caller that has looked at the set already."""
    known = sets[set_id]
    if (by, by_id) not in known.uses:
        _note(
            home, "set.used", actor, org_code, set_id, {"by": by, "id": by_id, "version": known.latest.number}
        )


def release(home: Home, *, actor: str, org_code: str, set_id: str, by: str, by_id: str) -> None:
    """The use is over: the set may be deleted as far as this user of it is concerned."""
    _note(home, "set.released", actor, org_code, set_id, {"by": by, "id": by_id})


def _note(home: Home, action: str, actor: str, org_code: str, set_id: str, payload: dict[str, Any]) -> None:
    log.append(
        database.engine(home), actor=actor, action=action, subject=set_id, org_code=org_code, payload=payload
    )


def existing(sets: Registry, set_id: str) -> Known:
    known = sets.get(set_id)
    if known is None or known.deleted:
        raise Refused(
            f"there is no segment set {set_id}; `mofang sets list` names them",
            f"没有客群集 {set_id}，可用 mofang sets list 查看",
        )
    return known


def dependents(home: Home, rulebook: Rulebook, sets: Registry, set_id: str) -> list[tuple[str, str]]:
    """(kind, id) of what keeps the set from being deleted: sets made of it, campaigns and pushes that use it."""
    nodes = node_ids(rulebook)
    others = [("set", name) for name, each in live(sets).items() if set_id in sets_named(each, nodes)]
    return list(dict.fromkeys([*others, *sorted(sets[set_id].uses), *_planned_campaigns(home, set_id)]))


def _planned_campaigns(home: Home, set_id: str) -> list[tuple[str, str]]:
    """Campaigns of the rulebook's files and of the portal whose audience is the set and that are not over."""
    saved, closed = {}, set()
    for entry in log.entries(database.engine(home), actions=CAMPAIGN_ACTIONS):
        if "plan" in entry.payload:  # as it was saved, or frozen
            saved[entry.subject] = entry.payload["plan"]
        if entry.action == DISCARDED:
            saved.pop(entry.subject, None)
        if entry.payload.get("to") == "closed":
            closed.add(entry.subject)
    files = [
        yaml_document(path, f"campaigns/{path.name}")
        for path in sorted((home.rulebook / "campaigns").glob("*.yaml"))
    ]
    named = dict.fromkeys(
        str(plan.get("campaign"))
        for plan in [*files, *saved.values()]
        if isinstance(plan, dict) and dict(plan.get("audience") or {}).get("set") == set_id
    )
    return [("campaign", name) for name in named if name not in closed]


def _require_owner(rulebook: Rulebook, org_code: str, each: Definition) -> None:
    """The owner's own people and those above it may change a set."""
    if each.owner_org not in rulebook.organisations:
        raise Refused(f"organisation {each.owner_org} does not exist", f"机构 {each.owner_org} 不存在")
    if org_code not in rulebook.lineage(each.owner_org):
        raise Refused(
            f"set {each.set_id} belongs to {each.owner_org}; {org_code} may not change it",
            f"客群集 {each.set_id} 属于 {each.owner_org}，{org_code} 不能更改",
        )


def require_visible(rulebook: Rulebook, org_code: str, each: Definition) -> None:
    if not is_visible(rulebook, org_code, each):
        raise Refused(
            f"set {each.set_id} belongs to {each.owner_org} and is not shared with {org_code}",
            f"客群集 {each.set_id} 属于 {each.owner_org}，未共享给 {org_code}",
        )


def require_in_force(each: Definition, day: date) -> None:
    if each.expired(day):
        raise Refused(
            f"set {each.set_id} expired on {each.expires_on}; save it with a later day",
            f"客群集 {each.set_id} 已于 {each.expires_on} 到期，请延长后再用",
        )
    if each.as_of is not None and day < each.as_of:
        raise Refused(
            f"set {each.set_id} is frozen on {each.as_of} and has no members before",
            f"客群集 {each.set_id} 固定于 {each.as_of}，此前没有成员",
        )


def _require_sound_with_dependents(
    new: Definition, others: Mapping[str, Definition], rulebook: Rulebook
) -> None:
    """The new version must hold, and so must the sets made of it, which a narrower sharing can break."""
    require_sound(new, others, rulebook)
    together, nodes = {**others, new.set_id: new}, node_ids(rulebook)
    for name, each in others.items():
        if name != new.set_id and new.set_id in sets_named(each, nodes):
            require_sound(each, together, rulebook)
