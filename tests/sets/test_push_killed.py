"""A push killed at twenty points: the receiver never sees part of a list, and the same command finishes it, once.

Each list is killed again and again on its way, at other points to each kind of receiver. Every point to each of them, a
new list for each, is `python -m benchmarks.killed_pushes`.
"""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from mofang_pipeline import lake
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.push import state
from mofang_pipeline.segment_sets import actions as set_actions
from mofang_pipeline.segment_sets import members
from tests.sets import bank, killing

# While the list is made (points 1 to 20), and while it is handed over by who goes on.
POINTS = {
    "folder": (1, 8, 17, 21, 7, 10, 13, 19),
    "sftp": (5, 14, 23, 8, 11, 15),
    "s3": (3, 19, 22, 7, 11, 14),
}


@pytest.mark.parametrize("kind", POINTS)
def test_killed_again_and_again(home: Home, tmp_path: Path, kind: str) -> None:
    set_id = f"kill_{kind}"
    save_sets(home, [set_id])
    with killing.receiver(kind, tmp_path, home) as to:
        seen, ended = [], []
        for point in POINTS[kind]:
            ended.append(killing.exit_of_push(home, set_id, bank.LAST, to, point))
            seen += [to.files(push_id) for push_id in pushes_of(home, set_id)]
        manifest = killing.push(home, set_id, bank.LAST, to)
        whole = to.files(manifest["push_id"])
        assert killing.push(home, set_id, bank.LAST, to) == manifest
        assert to.files(manifest["push_id"]) == whole
    require_list(whole, manifest)
    assert all(each.items() <= whole.items() for each in seen)  # a file under its final name is whole
    assert all("manifest.json" not in each or each == whole for each in seen)
    require_once(home, manifest)
    assert ended == [killing.KILLED] * len(POINTS[kind])


def save_sets(home: Home, names: list[str]) -> None:
    """Sets of the same customers, with their members there."""
    for name in names:
        written = {
            "set": name, "zh": "试", "owner": {"org": "000000", "user": "x"}, "kind": "rolling", "members": "F1",
        }  # fmt: skip
        set_actions.save(home, actor="x", org_code="000000", written=written)
    rulebook, sets = set_actions.known_sets(home)
    with lake.writer(home) as connection:
        members.write_day(connection, rulebook, sets, bank.LAST)


def pushes_of(home: Home, set_id: str) -> list[str]:
    return [
        push_id for push_id, push in state.read(database.engine(home)).items() if push.key.set_id == set_id
    ]


def require_list(files: killing.Files, manifest: dict[str, Any]) -> None:
    """What the receiver has is what the manifest tells of."""
    assert json.loads(files["manifest.json"]) == manifest
    parts = {
        name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name[:4] == "part"
    }
    assert len(parts) > 2
    assert parts == {each["name"]: each["sha256"] for each in manifest["files"]}
    assert manifest["rows"] == sum(each["rows"] for each in manifest["files"]) == manifest["funnel"]["pushed"]


def require_once(home: Home, manifest: dict[str, Any]) -> None:
    """The push began once, was handed over once, has each customer once, and a funnel that adds up."""
    push = {"push_id": manifest["push_id"]}
    told = Counter(
        entry.action
        for entry in log.entries(database.engine(home), actions=state.ACTIONS, subject=manifest["push_id"])
    )
    assert told == dict.fromkeys(state.ACTIONS, 1)
    with lake.connect(home, read_only=True) as connection:
        rows = connection.execute(
            "select count(*), count(distinct token) from mart.push_row_status where push_id = $push_id", push
        ).fetchall()
        adds_up = connection.execute(
            "select candidates = pushed + no_consent + do_not_contact + frequency_cap + higher_priority + holdout "
            "and pushed = accepted + rejected + pending from mart.push_manifest where push_id = $push_id",
            push,
        ).fetchall()
    assert (rows, adds_up) == ([(manifest["rows"], manifest["rows"])], [(True,)])
