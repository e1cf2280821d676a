"""The pointer to the snapshot that readers see: one small file, replaced by rename.

A night is written to the lake in many transactions; readers attach the lake at the published snapshot, so the whole
night becomes visible at once, at no cost, when the pointer moves.
"""

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from mofang_pipeline.home import Home


class NotPublishedError(Exception):
    """Nothing is published yet, or the pointer cannot be read."""


@dataclass(frozen=True)
class Published:
    """The snapshot shown to readers and the last day that it holds."""

    snapshot: int
    last_day: date


def publish(home: Home, snapshot: int, last_day: date) -> Published:
    """Shows `snapshot` to every reader that connects from now on."""
    published = Published(snapshot=int(snapshot), last_day=last_day)
    path = pointer(home)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(asdict(published), default=date.isoformat) + "\n", encoding="utf-8")
    draft.replace(path)
    return published


def publish_again(home: Home, snapshot: int) -> None:
    """Shows a newer snapshot of the same days; nothing where nothing is shown yet."""
    try:
        shown = published(home)
    except NotPublishedError:
        return
    publish(home, snapshot, shown.last_day)


def published(home: Home) -> Published:
    """What is shown now; raises NotPublishedError."""
    path = pointer(home)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Published(snapshot=int(content["snapshot"]), last_day=date.fromisoformat(content["last_day"]))
    except FileNotFoundError:
        raise NotPublishedError("nothing is published yet: run `mofang run` first") from None
    except (ValueError, KeyError) as error:
        raise NotPublishedError(
            f"{path} is not a publication pointer ({error}): run `mofang run` again"
        ) from error


def pointer(home: Home) -> Path:
    return home.folder("serving") / "published.json"
