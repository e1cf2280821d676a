"""Pushes: every list with its funnel, one list with its receipts and leavers, and pushing a set."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.portal.asked import Answer, Asked, get, post
from mofang_pipeline.portal.campaign_scope import asked_for
from mofang_pipeline.portal.condition import column_words
from mofang_pipeline.portal.reading import fetch
from mofang_pipeline.push.actions import push
from mofang_pipeline.push.channels import channels
from mofang_pipeline.refusals import Refused
from mofang_pipeline.segment_sets import reading

WAIT_SECONDS = 15  # for a run that writes; longer, and the user is told to come back
LISTS = """
    select
        push_id, set_id, version, channel, as_of, org_code, campaign, status, pushed_by, candidates, no_consent,
        do_not_contact, frequency_cap, higher_priority, holdout, pushed, accepted, rejected, pending, expires_on
    from mart.push_manifest
    where list_contains($orgs, org_code)
    order by as_of desc, push_id
"""
REASONS = """
    select row_status.status, coalesce(row_status.reason, '') as reason, count(*) as customers
    from mart.push_row_status as row_status
    inner join mart.push_manifest as push on row_status.push_id = push.push_id
    where push.push_id = $push and list_contains($orgs, push.org_code)
    group by all
    order by status, customers desc
"""
LEAVERS = """
    select leaver.day, leaver.cause, count(*) as customers
    from mart.push_leaver as leaver
    inner join mart.push_manifest as push on leaver.push_id = push.push_id
    where push.push_id = $push and list_contains($orgs, push.org_code)
    group by all
    order by day, cause
"""


def list_pushes(asked: Asked) -> Answer:
    """The organisation's lists and those of the ones below it, newest first, and what may be pushed where."""
    org = asked.org()
    with _now(asked) as connection:
        lists = fetch(connection, LISTS, {"orgs": asked.orgs()})
    sets = reading.listed(asked.home, org)
    return {
        "org": org,
        "pushes": lists,
        "sets": [{"set": row[0], "name_zh": row[2], "name_en": row[3]} for row in sets.rows],
        "channels": [
            {
                "channel": each.name,
                "name_zh": each.zh,
                "name_en": each.en,
                "columns": [column_words(column) for column in each.columns],
            }
            for each in channels(asked.home.rulebook)
        ],
    }


def one(asked: Asked) -> Answer:
    """One list: what the receiver said, by reason, and who has left the set since, by day and cause."""
    values = {"orgs": asked.orgs(), "push": asked.text("push")}
    with _now(asked) as connection:
        return {
            "receipts": fetch(connection, REASONS, values),
            "leavers": fetch(connection, LEAVERS, values),
        }


def begin(asked: Asked) -> Answer:
    """Pushes the organisation's part of the set, or of a campaign's audience, once; the manifest."""
    campaign = asked_for(asked).campaign.id if asked.optional("campaign") else None
    try:
        return push(
            asked.home,
            actor=asked.viewer.user,
            set_id=asked.text("set"),
            channel_name=asked.text("channel"),
            as_of=asked.day("as_of"),
            org_code=asked.org(),
            campaign=campaign,
            wait_seconds=WAIT_SECONDS,
        )
    except lake.LakeBusyError:
        raise Refused(
            "the nightly run is writing; nothing was pushed, try again in a few minutes",
            "夜间任务正在写入，本次未推送，请几分钟后重试",
        ) from None


@contextmanager
def _now(asked: Asked) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake as it is: a list that was pushed a moment ago is not published yet."""
    with closing(lake.connect(asked.home, read_only=True)) as connection:
        yield connection


WAYS = [get("/list", list_pushes), get("/one", one), post("/begin", begin, "push.begin")]
