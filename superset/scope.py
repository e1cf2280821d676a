"""What of the lake a branch may hold: which tables, which of their rows, and which counts are too small to show.

Pure choices and their SQL, run by the trusted side (scoped_lake.py). A table that is not listed here does not exist for
branches, and a serving view over it neither. No table of customers belongs here.
"""

from collections.abc import Iterable, Mapping

# Table of lake.mart -> its rows for a scope: $orgs, $own, $province, $first_day.
TABLES: Mapping[str, str] = {
    "organisation": """
        select * replace (case when org_code = $own then null else parent_code end as parent_code)
        from lake.mart.organisation where org_code in (select unnest($orgs))""",
    "segment_node": "select * from lake.mart.segment_node where org_code in (select unnest($orgs))",
    "segment_ancestor": """
        select * from lake.mart.segment_ancestor
        where leaf in (select node_id from lake.mart.segment_node where org_code in (select unnest($orgs)))""",
    "rule_version_day": """
        select * from lake.mart.rule_version_day
        where org_code in (select unnest($orgs)) and day >= $first_day""",
    # The reason may name files and rows of others.
    "day_status": """
        select * replace (null::varchar as reason) from lake.mart.day_status
        where province = $province and day >= $first_day""",
    "segment_profile_daily": "",  # see profile(): its counts may be small
}
PROFILE_KEYS = ("day", "org_code", "org_level", "node_id", "parent_id", "depth", "is_leaf")
# Read once: the view behind it compares every day with others. The bounds say what the list says already, in a form
# that the engine takes to each of those days, so that no other branch's rows are read for the comparison.
PROFILE = """
create or replace temp table scope_profile as
select * from lake.mart.segment_profile_daily
where org_code in (select unnest($orgs)) and org_code between $lowest and $highest and day >= $first_day
"""
PROFILE_COUNTS = "select day, org_code, node_id, parent_id, customers from scope_profile"
CHANGES = {"change_1d": 1, "change_7d": 7, "change_30d": 30}


def profile(columns: Iterable[str]) -> str:
    """The profile's rows without what is hidden: a hidden node has no measures, and nothing tells it by difference.

    Reads the rows in scope from `scope_profile`, the hidden nodes from `hidden_node` (day, org_code, node_id).
    """
    shown = []
    for column in columns:
        if column in PROFILE_KEYS:
            shown.append(f"p.{column}")
        elif column == "share_of_parent":
            shown.append(f"case when h.day is null and above.day is null then p.{column} end as {column}")
        elif column in CHANGES:
            days = CHANGES[column]
            shown.append(
                f"case when h.day is null and h{days}.day is null and p.day - {days} >= $first_day "
                f"then p.{column} end as {column}"
            )
        else:
            shown.append(f"case when h.day is null then p.{column} end as {column}")
    joins = [
        f"left join hidden_node as h{days} on h{days}.day = p.day - {days} "
        f"and h{days}.org_code = p.org_code and h{days}.node_id = p.node_id"
        for days in CHANGES.values()
    ]
    return f"""
        select {", ".join(shown)} from scope_profile as p
        left join hidden_node as h on h.day = p.day and h.org_code = p.org_code and h.node_id = p.node_id
        left join hidden_node as above
            on above.day = p.day and above.org_code = p.org_code and above.node_id = p.parent_id
        {" ".join(joins)}
        where p.day >= $first_day"""
