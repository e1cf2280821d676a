"""Published tables as assets: what each is called, what it tells, and what it is computed from."""

from collections.abc import Mapping, Sequence

import dagster as dg


def table_specs(
    tables: Mapping[str, str],
    group: str,
    deps: Sequence[str | dg.AssetKey],
    days: dg.PartitionsDefinition[str],
) -> list[dg.AssetSpec]:
    """One for each of `tables`, name -> description."""
    return [
        dg.AssetSpec(
            name,
            deps=deps,
            group_name=group,
            partitions_def=days,
            description=description,
            kinds={"duckdb", "table"},
            owners=["team:data"],
        )
        for name, description in tables.items()
    ]
