"""What is not shown of a branch's trees, worked out once for each day and kept in one file per branch.

The rule is small_cells.py's. A day is worked out again where a count of it, the threshold or the rule has changed, so
that a new night costs a branch one day, whatever its history. Losing the folder loses nothing but time. Superset's
environment imports this module too: only the standard library.
"""

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from mofang_pipeline import small_cells

RULE = hashlib.sha256(Path(small_cells.__file__).read_bytes()).hexdigest()
Row = tuple[date, str, str, str | None, int]  # day, organisation, node, parent, customers
Nodes = frozenset[tuple[str, str]]  # (organisation, node)


def hidden_by_day(folder: Path, own: str, rows: Iterable[Row], threshold: int) -> dict[date, Nodes]:
    """`small_cells.hidden_nodes` of all days of `rows`, which are whole days of `own` and what is directly below."""
    days: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        days[row[0]].append(row)
    path = folder / f"{own}.json"
    kept = _kept(path)
    keys = {day: _key(rows_of_day, threshold) for day, rows_of_day in days.items()}
    missing = [day for day, key in keys.items() if kept.get(str(day), {}).get("key") != key]
    for day in missing:
        found = small_cells.hidden_nodes(own, days[day], threshold).get(day, frozenset())
        kept[str(day)] = {"key": keys[day], "nodes": sorted(found)}
    if missing:
        _keep(path, kept)
    return {day: frozenset((org, node) for org, node in kept[str(day)]["nodes"]) for day in days}


def _key(rows: list[Row], threshold: int) -> str:
    told = sorted(map(repr, rows))
    return hashlib.sha256("\n".join([RULE, str(threshold), *told]).encode()).hexdigest()


def _kept(path: Path) -> dict[str, Any]:
    with suppress(FileNotFoundError, ValueError):
        return dict(json.loads(path.read_text(encoding="utf-8")))
    return {}


def _keep(path: Path, kept: dict[str, Any]) -> None:
    """By rename: who reads meanwhile has the old file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    draft.write_text(json.dumps(kept), encoding="utf-8")
    draft.replace(path)
