"""Pushing a set, as one function for the command line and the portal.

The list is fixed first: files whole under MOFANG_HOME/push, rows in the lake, then one `push.begun` in the log, which
is the moment from which the push exists. Then it is handed over, the manifest last, and `push.handed_over` noted.
Killed anywhere, the same call goes on: before `begun` it starts anew, after it the very same files go out.
"""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from mofang_pipeline import lake, published, rules
from mofang_pipeline.campaigns.budget import require_fits, spent
from mofang_pipeline.campaigns.contacting import require_contactable
from mofang_pipeline.campaigns.history import known as known_campaign
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.push import books, candidates, handover, staging, state
from mofang_pipeline.push.channels import Channel, channel
from mofang_pipeline.push.model import Key
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.campaign import Campaign
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.segment_sets import members
from mofang_pipeline.segment_sets.check import in_order, node_ids
from mofang_pipeline.segment_sets.model import Version
from mofang_pipeline.segment_sets.registry import Registry

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Request:
    """What was asked for, with all that it names found."""

    key: Key
    channel: Channel
    version: Version
    actor: str


def push(
    home: Home,
    *,
    actor: str,
    set_id: str,
    channel_name: str,
    as_of: date,
    org_code: str | None = None,
    to: str | None = None,
    campaign: str | None = None,
    wait_seconds: int = 3600,
    progress: Progress = lambda _: None,
) -> dict[str, Any]:
    """Hands the set's list to the channel, once, and returns its manifest. Refused with the reason.

    `org_code`: whose customers, head office's (all of the set) by default. `to`: an fsspec URL in place of the
    channel's own. `campaign`: its audience is the list's candidates, its control arm the holdout; such a list is
    refused where the campaign's state, set, channel or budget do not allow it.
    LakeBusyError when a run writes for longer than `wait_seconds`.
    """
    rulebook, sets = set_actions.known_sets(home)
    request = _request(home, rulebook, sets, actor, set_id, channel_name, as_of, org_code, campaign)
    folder = home.folder("push") / request.key.push_id
    with _alone(folder):
        known = state.read(database.engine(home)).get(request.key.push_id)
        if known is None:
            progress(f"{request.key.push_id}: choosing customers")
            manifest = _begin(home, rulebook, sets, request, folder, wait_seconds)
        else:
            manifest = dict(known.manifest)
        _require_whole(folder, manifest)
        set_actions.hold(  # it may not be deleted while its list is out
            home,
            sets,
            actor=actor,
            org_code=request.key.org_code,
            set_id=set_id,
            by="push",
            by_id=folder.name,
        )
        destination = (
            to or request.channel.destination or str(home.folder("push") / "outbox" / request.channel.name)
        )
        progress(
            f"{request.key.push_id}: handing over {manifest['rows']} row(s) to {handover.shown(destination)}"
        )
        place = handover.hand_over(folder, destination, _known_hosts(home))
        _finish(home, request, place, known)
    return manifest


def _request(
    home: Home,
    rulebook: Rulebook,
    sets: Registry,
    actor: str,
    set_id: str,
    channel_name: str,
    as_of: date,
    org_code: str | None,
    campaign: str | None,
) -> Request:
    org = org_code or _by_default(home, rulebook, campaign)
    if org not in rulebook.organisations:
        raise Refused(f"there is no organisation {org}", f"没有机构 {org}")
    version = set_actions.existing(sets, set_id).latest
    set_actions.require_visible(rulebook, org, version.definition)
    set_actions.require_in_force(version.definition, as_of)
    found = channel(home.rulebook, channel_name)
    return Request(Key(set_id, version.number, found.name, as_of, org, campaign), found, version, actor)


def _by_default(home: Home, rulebook: Rulebook, campaign: str | None) -> str:
    """Whose customers are pushed where nobody says: those of the campaign's organisation, else all."""
    if campaign is None:
        return rulebook.head_office.org_code
    return known_campaign(home, rulebook, campaign).campaign.org_code


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time works on a push; the lock goes with its holder."""
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _begin(
    home: Home, rulebook: Rulebook, sets: Registry, request: Request, folder: Path, wait_seconds: int
) -> dict[str, Any]:
    """Fixes the list: nobody else writes meanwhile, so no customer is chosen by two lists at once."""
    key, engine = request.key, database.engine(home)
    with lake.writer(home, wait_seconds=wait_seconds) as connection:
        landing_tables.create_tables(connection)
        published.create_tables(connection)
        campaign = _contacting(home, rulebook, key)
        plan = _members_there(home, connection, rulebook, sets, request)
        pushes = state.read(engine)
        funnel = candidates.find(
            connection,
            rulebook,
            key,
            request.channel,
            member_day=request.version.definition.as_of or key.as_of,
            begun=list(pushes),
        )
        if campaign is not None:
            books.write_pushes(connection, pushes)
            require_fits(spent(connection, campaign, key.as_of), campaign, funnel.pushed)
        about = {
            **key.document,
            "push_id": key.push_id,
            "funnel": funnel.document,
            "sets": _set_versions(rulebook, sets, plan, key.set_id),
            "rule_versions": _rule_versions(connection, key.as_of),
            "key_id": staging.key_id(home.secret("token_key")),
            "expires_on": (key.as_of + timedelta(days=request.channel.valid_days)).isoformat(),
        }
        manifest = staging.stage(connection, folder, request.channel.columns, about)
        books.write_rows(connection, key)
        log.append(
            engine,
            actor=request.actor,
            action="push.begun",
            subject=key.push_id,
            org_code=key.org_code,
            payload={"key": key.document, "manifest": manifest},
            expect=0,
        )
    return manifest


def _contacting(home: Home, rulebook: Rulebook, key: Key) -> Campaign | None:
    """The campaign that the list is for; Refused where it may not be pushed for it."""
    if key.campaign is None:
        return None
    each = known_campaign(home, rulebook, key.campaign)
    require_contactable(
        each, rulebook, set_id=key.set_id, channel=key.channel, as_of=key.as_of, org_code=key.org_code
    )
    return each.campaign


def _members_there(
    home: Home, connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, sets: Registry, request: Request
) -> members.Plan:
    """The plan by which the set's members of the day are in the lake; computed now if they are not."""
    key = request.key
    plan = members.plan_day(connection, rulebook, sets, key.as_of)
    if reason := plan.problems.get(key.set_id):
        raise Refused(*reason.split(" / ", 1))
    computed = connection.execute(
        "select 1 from int.computed_day where kind = 'segments' and day = $day limit 1", {"day": key.as_of}
    ).fetchone()
    if computed is None or key.set_id not in plan.shown:
        raise Refused(
            f"the segments of {key.as_of} are not computed, so set {key.set_id} has no members then; run that day",
            f"{key.as_of} 的客群未计算，客群集 {key.set_id} 当日没有成员，请先运行该日",
        )
    if not members.are_written(connection, plan.shown[key.set_id], key.as_of):
        day = request.version.definition.as_of or key.as_of
        members.write_day(connection, rulebook, sets, day, rules.of_day(home, day))
        members.write_versions(connection, sets)
    return plan


def _set_versions(rulebook: Rulebook, sets: Registry, plan: members.Plan, set_id: str) -> dict[str, int]:
    """The set and all that it is made of, with their versions."""
    definitions = {each.set_id: each for each in plan.ordered}
    return {name: sets[name].latest.number for name in in_order([set_id], definitions, node_ids(rulebook))}


def _rule_versions(connection: duckdb.DuckDBPyConnection, day: date) -> dict[str, str]:
    rows = connection.execute(
        "select distinct province, rule_version from mart.segment_membership where day = $day order by all",
        {"day": day},
    ).fetchall()
    return dict(rows)


def _require_whole(folder: Path, manifest: Mapping[str, Any]) -> None:
    if not staging.is_whole(folder, manifest):
        raise Refused(
            f"the files of push {folder.name} under {folder} are gone or changed; restore them from a copy",
            f"推送 {folder.name} 的文件缺失或被改动，请从备份恢复",
        )


def _finish(home: Home, request: Request, place: str, known: state.Push | None) -> None:
    engine = database.engine(home)
    if known is None or place not in known.destinations:
        log.append(
            engine,
            actor=request.actor,
            action="push.handed_over",
            subject=request.key.push_id,
            org_code=request.key.org_code,
            payload={"destination": place},
        )
    with lake.writer(home) as connection:
        books.write_pushes(connection, state.read(engine))
        connection.execute(published.statement("views/push"))


def _known_hosts(home: Home) -> Path:
    own = home.root / "secrets" / "known_hosts"
    return own if own.is_file() else Path.home() / ".ssh" / "known_hosts"
