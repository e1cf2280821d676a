"""What every page's pickers offer: the organisations in the viewer's scope, the days computed, the tree's depth."""

from mofang_pipeline.portal.asked import Answer, Asked, remembered

ORGANISATIONS = """
    with recursive scope as (
        select org_code from mart.organisation where org_code = $viewer_org
        union all
        select child.org_code
        from mart.organisation as child
        inner join scope on child.parent_code = scope.org_code
    )
    select option.org_code, option.org_level, option.org_name_zh, option.org_name_en
    from serving.organisation_option as option
    inner join scope on option.org_code = scope.org_code
    order by option.sort_order
"""
DAYS = "select day from serving.day_option order by day"
DEEPEST = "select max(depth) as deepest from mart.segment_ancestor"


def options(asked: Asked) -> Answer:
    return {
        "orgs": asked.rows(ORGANISATIONS, viewer_org=asked.viewer.org_code),
        "days": [row["day"] for row in asked.rows(DAYS)],
        "deepest": asked.rows(DEEPEST)[0]["deepest"],
    }


WAYS = [remembered("/options", options)]
