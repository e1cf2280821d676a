"""Daily transition facts: who moved from which segment to which, since the day before, and why.

The cause compares three segments: the day before's, the day's, and the day's data under the rules of the day before
(replay.py), which are evaluated only where the rules have changed.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from mofang_pipeline import lake, published
from mofang_pipeline.replay import Rules, changed_provinces, segments_under
from mofang_pipeline.rulebook import lca_rows
from mofang_pipeline.rulebook.inline import relation
from mofang_pipeline.segments import province_scope

DAY = timedelta(days=1)


def days_to_compare(connection: duckdb.DuckDBPyConnection, days: Sequence[date]) -> list[date]:
    """Of `days` and the days after them, those whose own segments and whose day before's are there."""
    computed = {
        row[0]
        for row in connection.execute(
            "select distinct day from int.computed_day where kind = 'segments'"
        ).fetchall()
    } | set(days)
    wanted = set(days) | {day + DAY for day in days}
    return sorted(day for day in wanted if day in computed and day - DAY in computed)


def write_transitions(
    connection: duckdb.DuckDBPyConnection,
    day: date,
    earlier: Rules,
    later: Rules,
    provinces: Sequence[str] = (),
) -> int:
    """Replaces mart.segment_transition_daily of `day` (of these provinces); returns the rows written.

    `earlier` and `later` are the rules with which the day before and `day` were computed.
    """
    changed = changed_provinces(connection, day - DAY, day, earlier)
    wanted = [province for province in changed if not provinces or province in provinces]
    trees, splits = split_relations(earlier, later)
    query = (
        published.statement("segment_transition_daily")
        .replace("{earlier}", segments_under(earlier, day - DAY, wanted, data_day=day))
        .replace("{trees}", trees)
        .replace("{splits}", splits)
    )
    return lake.replace_partition(
        connection,
        "mart.segment_transition_daily",
        "day = $day and ($all_provinces or list_contains($provinces, province))",
        query,
        {"day": day, "day_before": day - DAY, **province_scope(provinces)},
    )


def split_relations(earlier: Rules, later: Rules) -> tuple[str, str]:
    """Which pair of trees each province has (province, tree), and where two leaves part in each pair of trees
    (tree, leaf_a, leaf_b, split_node).
    """
    numbers: dict[tuple[int, int], int] = {}
    pairs: list[tuple[str | int, ...]] = []
    trees = []
    for province, after in later.items():
        before = earlier.get(province, after)
        key = (id(before), id(after))
        if key not in numbers:
            numbers[key] = len(numbers)
            pairs += [(numbers[key], *row.values()) for row in lca_rows(before, after)]
        trees.append((province, numbers[key]))
    return relation(("province", "tree"), trees), relation(("tree", "leaf_a", "leaf_b", "split_node"), pairs)
