"""What a rule version is: values, example customers, and its tree by mart.segment_node."""

import json
from collections.abc import Mapping
from datetime import date

import duckdb

from mofang_pipeline import published
from mofang_pipeline.rulebook import Rulebook, resolved
from mofang_pipeline.rulebook.prove import examples
from mofang_pipeline.rulebook.resolve import Values
from mofang_pipeline.rulebook.version import rule_versions

Example = tuple[str, str, str, str]
_EXAMPLES: dict[str, list[Example]] = {}  # by version: a solver's work, done once in a process


def write_versions(connection: duckdb.DuckDBPyConnection, rulebook: Rulebook, day: date) -> dict[str, str]:
    """Adds what is not known yet of the versions that hold on `day`; returns organisation -> version."""
    values = resolved(rulebook, day)
    versions = rule_versions(rulebook, values)
    known = set(connection.execute("select rule_version, org_code from mart.rule_version").fetchall())
    rows = [
        (version, code, rulebook.tree.id, _as_json(values[code]))
        for code, version in versions.items()
        if (version, code) not in known
    ]
    fresh = {row[0] for row in rows} - {version for version, _ in known}
    examples = [row for version in sorted(fresh) for row in _examples(rulebook, day, version, versions)]
    published.insert_rows(connection, "mart.rule_version_example", examples)
    published.insert_rows(connection, "mart.rule_version", rows)
    return versions


def _as_json(values: Values) -> str:
    """Money in fen. Who set a value is told as it was when the version was first used."""
    told = {
        name: {"value": each.value, "level": each.level, "org_code": each.org_code}
        for name, each in values.items()
    }
    return json.dumps(told, sort_keys=True)


def _examples(rulebook: Rulebook, day: date, version: str, versions: Mapping[str, str]) -> list[Example]:
    if version not in _EXAMPLES:
        codes = [code for code, each in versions.items() if each == version]
        told = dict.fromkeys([codes[0], *(code for code in codes if code in rulebook.branches)])
        _EXAMPLES[version] = [
            (version, code, leaf, _customer(row))
            for code in told
            for leaf, row in examples(rulebook, code, day).items()
        ]
    return _EXAMPLES[version]


def _customer(row: Mapping[str, object]) -> str:
    held = {name: value for name, value in row.items() if value is not None}
    return json.dumps(held, default=str, ensure_ascii=False)
