"""What a rule version is: its values, and its tree by mart.segment_node; one row per version and organisation."""

import json
from collections.abc import Mapping

import duckdb

from mofang_pipeline import published
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.resolve import Values


def write_versions(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    values: Mapping[str, Values],
    versions: Mapping[str, str],
) -> None:
    """Adds to mart.rule_version what it does not know of `versions`: organisation -> version, having `values`."""
    known = set(connection.execute("select rule_version, org_code from mart.rule_version").fetchall())
    rows = [
        (version, code, rulebook.tree.id, _as_json(values[code]), None)
        for code, version in versions.items()
        if (version, code) not in known
    ]
    published.insert_rows(connection, "mart.rule_version", rows)


def _as_json(values: Values) -> str:
    """Money in fen. Who set a value is told as it was when the version was first used."""
    told = {
        name: {"value": each.value, "level": each.level, "org_code": each.org_code}
        for name, each in values.items()
    }
    return json.dumps(told, sort_keys=True)
