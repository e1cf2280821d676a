"""What the lake keeps of pushes: int.push from the log, int.push_row with every candidate and what became of it.

mart.push_manifest and mart.push_row_status are views over these and the landed receipts (sql/views/push.sql).
"""

import json
from collections.abc import Mapping

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.push.candidates import CANDIDATES
from mofang_pipeline.push.model import REASONS, Key
from mofang_pipeline.push.state import Push


def write_rows(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Replaces the push's rows with `push_candidate`. They count as contacts once the log says that it has begun."""
    lake.replace_partition(
        connection,
        "int.push_row",
        "as_of = $as_of and push_id = $push_id",
        f"""
        select
            $as_of as as_of, $push_id as push_id, $set_id as set_id, cast($version as integer) as version,
            $channel as channel, customer_key, token, province, city, outcome
        from {CANDIDATES}
        order by customer_key
        """,
        {
            "as_of": key.as_of,
            "push_id": key.push_id,
            "set_id": key.set_id,
            "version": key.version,
            "channel": key.channel,
        },
    )


def write_pushes(connection: duckdb.DuckDBPyConnection, pushes: Mapping[str, Push]) -> None:
    """int.push as the log has it."""
    rows = [_row(push_id, push) for push_id, push in pushes.items()]
    published.replace_all(connection, "int.push", rows)


def _row(push_id: str, push: Push) -> tuple[object, ...]:
    key, manifest = push.key, push.manifest
    counts = manifest["funnel"]
    return (
        push_id, key.set_id, key.version, key.channel, key.as_of, key.org_code, key.campaign, push.status,
        push.pushed_by, ", ".join(push.destinations), counts["candidates"], *(counts[reason] for reason in REASONS),
        counts["pushed"], len(manifest["files"]), json.dumps(manifest["files"], sort_keys=True),
        json.dumps(manifest["sets"], sort_keys=True), json.dumps(manifest["rule_versions"], sort_keys=True),
        manifest["key_id"], push.expires_on,
    )  # fmt: skip
