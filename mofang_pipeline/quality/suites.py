"""The suites in expectations/: one YAML file per published table, in the form of Great Expectations.

Added to that form: a rule's `meta` says its name, severity and why; `kwargs.columns` states one rule for
several columns; the suite's `meta` says the table's key and, as SQL, the rows to check. In SQL, {days} stands
for the days checked, {first_day} and {last_day} for their ends, {volume_floor} for the setting, {batch} for
the rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mofang_pipeline.home import REPOSITORY
from mofang_pipeline.quality.results import Check

FOLDER = REPOSITORY / "expectations"
SEVERITIES = ("critical", "warning")


class SuiteError(Exception):
    """A suite's file cannot be used; the message names the file, the rule and what is missing."""


@dataclass(frozen=True)
class Rule:
    """One expectation: `type` and `kwargs` are Great Expectations' own."""

    check: Check
    type: str
    kwargs: Mapping[str, Any]


@dataclass(frozen=True)
class Suite:
    """The rules for one table; `key` are the columns that name a row of a day, `batch` is a query."""

    name: str
    key: tuple[str, ...]
    batch: str
    rules: tuple[Rule, ...]


@cache
def read_suite(name: str, folder: Path = FOLDER) -> Suite:
    """expectations/<name>.yaml; raises SuiteError."""
    path = folder / f"{name}.yaml"
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    meta = _required(content, "meta", path, name)
    return Suite(
        name=name,
        key=tuple(_required(meta, "key", path, name)),
        batch=_required(meta, "batch", path, name),
        rules=tuple(rule for each in content["expectations"] for rule in _rules(name, each, path)),
    )


def _rules(table: str, written: Mapping[str, Any], path: Path) -> Iterator[Rule]:
    meta = _required(written, "meta", path, written.get("type"))
    name = _required(meta, "rule", path, written.get("type"))
    severity = _required(meta, "severity", path, name)
    if severity not in SEVERITIES:
        raise SuiteError(f"{path.name}: {name}: severity {severity}: must be one of {', '.join(SEVERITIES)}")
    why = _required(meta, "why", path, name)
    for place, kwargs in _per_column(_required(written, "kwargs", path, name)):
        yield Rule(Check(table, name + place, severity, why), _required(written, "type", path, name), kwargs)


def _per_column(kwargs: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    rest = {name: value for name, value in kwargs.items() if name != "columns"}
    if "columns" not in kwargs:
        yield "", rest
    for column in kwargs.get("columns", ()):
        yield f"({column})", {"column": column, **rest}


def _required(content: Mapping[str, Any], key: str, path: Path, place: object) -> Any:
    if not content.get(key):
        raise SuiteError(f"{path.name}: {place}: no {key}: write it")
    return content[key]
