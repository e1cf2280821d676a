"""A push killed at twenty points: the receiver never sees part of a list, and the same command finishes it, once."""

import hashlib
import json
import multiprocessing
from pathlib import Path
from typing import Any

from mofang_pipeline import lake
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.segment_sets import members
from tests.sets import bank, killing

POINTS = (1, 3, 5, 8, 11, 14, 17, 19, 21, 23, 25, 27, 29, 31, 33, 35, 37, 39, 41, 43)


def test_killed_at_twenty_points(home: Home, tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.sets.killing"])
    save_sets(home)
    outcomes = []
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
        require_once(home, manifest)
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


def require_once(home: Home, manifest: dict[str, Any]) -> None:
    entries = log.entries(database.engine(home), subject=manifest["push_id"])
    assert [entry.action for entry in entries] == ["push.begun", "push.handed_over"]
    with lake.connect(home, read_only=True) as connection:
        rows = connection.execute(
            "select count(*), count(distinct token) from mart.push_row_status where push_id = $push_id",
            {"push_id": manifest["push_id"]},
        ).fetchone()
        funnel = connection.execute(
            "select candidates - no_consent - do_not_contact - frequency_cap - higher_priority - holdout - pushed, "
            "pushed - accepted - rejected - pending from mart.push_manifest where push_id = $push_id",
            {"push_id": manifest["push_id"]},
        ).fetchone()
    assert rows == (manifest["rows"], manifest["rows"])
    assert funnel == (0, 0)
