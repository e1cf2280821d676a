"""A push killed at twenty points: the receiver never sees part of a list, and the same command finishes it, once."""

import hashlib
import json
import multiprocessing
from collections import Counter
from pathlib import Path
from typing import Any

from mofang_pipeline import lake
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.push import state
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.segment_sets import members
from tests.sets import bank, killing

POINTS = (1, 3, 5, 8, 11, 14, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43)


def test_killed_at_twenty_points(home: Home, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sets.killing"])
    save_sets(home)
    outcomes, manifests = [], []
    for point in POINTS:
        place = tmp_path / f"kill_{point}"
        arguments = {
            "actor": "x", "set_id": place.name, "channel_name": "free", "as_of": bank.LAST, "to": str(place),
        }  # fmt: skip
        child = context.Process(
            target=killing.push_and_die, args=(home.root, home.rulebook, arguments, point)
        )
        child.start()
        child.join()
        outcomes.append(child.exitcode)
        require_whole_or_nothing(place)
        manifest = killing.run(home, arguments)
        require_delivered(place, manifest)
        manifests.append(manifest)
    require_once(home, manifests)
    assert outcomes == [-9] * len(POINTS)
    files = {path: path.read_bytes() for path in sorted(place.rglob("*.*"))}
    assert killing.run(home, arguments) == manifest
    assert {path: path.read_bytes() for path in sorted(place.rglob("*.*"))} == files


def save_sets(home: Home) -> None:
    """A set for each point, with its members there."""
    for point in POINTS:
        written = {
            "set": f"kill_{point}", "zh": "试", "owner": {"org": "000000", "user": "x"}, "kind": "rolling",
            "members": "F1",
        }  # fmt: skip
        set_actions.save(home, actor="x", org_code="000000", written=written)
    rulebook, sets = set_actions.known_sets(home)
    with lake.writer(home) as connection:
        members.write_day(connection, rulebook, sets, bank.LAST)


def require_whole_or_nothing(place: Path) -> None:
    """A file under its final name is whole, and where the manifest is all files are."""
    for manifest in place.rglob("manifest.json"):
        require_delivered(place, json.loads(manifest.read_text(encoding="utf-8")))


def require_delivered(place: Path, manifest: dict[str, Any]) -> None:
    folder = place / manifest["push_id"]
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("part-*")}
    assert len(manifest["files"]) > 2
    assert found == {each["name"]: each["sha256"] for each in manifest["files"]}
    assert manifest["rows"] == sum(each["rows"] for each in manifest["files"]) == manifest["funnel"]["pushed"]


def require_once(home: Home, manifests: list[dict[str, Any]]) -> None:
    """Each push began once, was handed over once, has each customer once, and a funnel that adds up."""
    ids = {manifest["push_id"]: manifest["rows"] for manifest in manifests}
    told = Counter(
        (entry.subject, entry.action)
        for entry in log.entries(database.engine(home), actions=state.ACTIONS)
        if entry.subject in ids
    )
    assert told == {(push_id, action): 1 for push_id in ids for action in state.ACTIONS}
    with lake.connect(home, read_only=True) as connection:
        rows = connection.execute(
            "select push_id, count(*), count(distinct token) from mart.push_row_status group by push_id"
        ).fetchall()
        wrong = connection.execute(
            "select push_id from mart.push_manifest where candidates <> pushed + no_consent + do_not_contact "
            "+ frequency_cap + higher_priority + holdout or pushed <> accepted + rejected + pending"
        ).fetchall()
    assert {row for row in rows if row[0] in ids} == {
        (push_id, count, count) for push_id, count in ids.items()
    }
    assert wrong == []
