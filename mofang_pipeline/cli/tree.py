"""`mofang tree`: an organisation's tree on one day, every node with its customers."""

from datetime import date

from mofang_pipeline.cli.output import Rows
from mofang_pipeline.cli.reading import organisation, published_lake, require_computed, rows
from mofang_pipeline.home import Home

TREE = """
    select
        node.node_id, node.parent_id, node.name_{language} as name,
        coalesce(profile.customers, 0) as customers, profile.share_of_parent, profile.change_1d as change
    from mart.segment_node as node
    inner join mart.rule_version_day as version
        on node.org_code = version.org_code and node.rule_version = version.rule_version
        and version.day = $day
    left join mart.segment_profile_daily as profile
        on node.org_code = profile.org_code and node.node_id = profile.node_id and profile.day = $day
    where node.org_code = $org
    order by node.sort_order
"""


def tree(home: Home, day: date, org: str | None, language: str) -> Rows:
    """Nodes in tree order, parents before children."""
    with published_lake(home) as connection:
        place = organisation(connection, org)
        require_computed(connection, place, day)
        return rows(connection, TREE.format(language=language), day=day, org=place.code)
