"""What people do with a campaign: one function a step, for the command line and the portal alike.

Every step is checked, done and logged, or Refused with a reason and nothing changed.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date

import duckdb

from mofang_pipeline import lake, published, rules
from mofang_pipeline.campaigns import follow
from mofang_pipeline.campaigns.audience import assign_import, assign_set, publish_audience
from mofang_pipeline.campaigns.history import Known, known, known_campaigns, record
from mofang_pipeline.campaigns.needs import Need, need_of
from mofang_pipeline.campaigns.states import BY_DAY, due, require_step
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.campaign import Campaign
from mofang_pipeline.rulebook.model import Settings
from mofang_pipeline.segment_sets.actions import (
    existing,
    known_sets,
    release,
    require_in_force,
    require_visible,
    use,
)

Connection = duckdb.DuckDBPyConnection
WAIT_SECONDS = 30
PATIENCE_SECONDS = 5  # for a night that is writing; it writes our tables itself when it ends


def advance(home: Home, campaign_id: str, target: str, *, by: str, as_of: date | None = None) -> Known:
    """Takes the campaign to `target`, the state after its own. `as_of` is for freezing: the audience's day."""
    rulebook = rules.in_force(home)
    each = known(home, rulebook, campaign_id)
    require_step(each.status, target, by, maker_checker=rulebook.settings.maker_checker)
    if target == "frozen":
        return freeze(home, rulebook, each, by=by, as_of=as_of)
    if target in BY_DAY:
        return _by_day(home, rulebook, each, target, by)
    each = _approved(home, rulebook, each, by) if target == "approved" else record(home, each, target, by)
    if target == "closed" and each.campaign.set_name:
        of_set = {"set_id": each.campaign.set_name, "by": "campaign", "by_id": campaign_id}
        release(home, actor=by, org_code=each.campaign.org_code, **of_set)
    tell_the_lake(home, rulebook)
    return each


def require_set(home: Home, rulebook: Rulebook, campaign: Campaign) -> None:
    """Refused unless the campaign's set is there, may be used by its organisation and has not expired by then."""
    if campaign.set_name:
        definition = existing(known_sets(home)[1], campaign.set_name).latest.definition
        require_visible(rulebook, campaign.org_code, definition)
        require_in_force(definition, campaign.first)


def _approved(home: Home, rulebook: Rulebook, each: Known, by: str) -> Known:
    """With the sample size that the plan needs, as it was shown: None where no day is computed yet."""
    if each.problem:
        raise Refused(*each.problem.split(" / ", 1))
    require_set(home, rulebook, each.campaign)
    need = needed_now(home, each)
    shown = None if need is None else {**vars(need), "as_of": need.as_of.isoformat()}
    return record(home, each, "approved", by, {"plan_hash": each.campaign.plan_hash, "sample_size": shown})


def needed_now(home: Home, each: Known) -> Need | None:
    """The sample size that the plan needs, by the last computed day; None without one, or for an imported trial."""
    if each.campaign.is_import:
        return None
    with suppress(duckdb.Error), lake.connect(home, read_only=True) as connection:
        day = set_day(connection, each, before=None)
        level = rules.in_force(home).organisations[each.campaign.org_code].level
        return None if day is None else need_of(connection, each.campaign, day, level)
    return None


def set_day(connection: Connection, each: Known, before: date | None) -> date | None:
    """The last computed day (before `before`) on which the campaign's set has members."""
    [(day,)] = connection.execute(
        """select max(computed.day) from int.computed_day as computed
        where computed.kind = 'segments' and ($before is null or computed.day < $before)
            and exists (
                select 1 from mart.segment_set_member as member
                where member.set_id = $set_name and (member.day = computed.day or member.kind = 'frozen')
            )""",
        {"before": before, "set_name": each.campaign.set_name},
    ).fetchall()
    return day if isinstance(day, date) else None


def freeze(home: Home, rulebook: Rulebook, each: Known, *, by: str, as_of: date | None) -> Known:
    """Fixes the audience, its arms and the plan for good, by the set as it is on `as_of` (by default the last day).

    Refused where the plan has changed since it was approved, the window has begun by then or the set has nobody.
    """
    campaign = each.campaign
    if each.status.approved_hash != campaign.plan_hash:
        raise Refused(
            "its plan has changed since it was approved; take it back to draft and have it approved again",
            "审批后方案已变更，请退回草稿并重新审批",
        )
    if as_of is not None and as_of >= campaign.first:
        raise Refused(
            f"the window begins on {campaign.first}; the audience has to be as of a day before, not {as_of}",
            f"活动于 {campaign.first} 开始，名单须以此前某日为准，而非 {as_of}",
        )
    if campaign.set_name:
        require_set(home, rulebook, campaign)
        use(
            home,
            actor=by,
            org_code=campaign.org_code,
            set_id=campaign.set_name,
            by="campaign",
            by_id=campaign.id,
        )
    with _writing(home) as connection:
        _create_tables(connection)
        if campaign.is_import:
            day, fixed = campaign.first, assign_import(connection, campaign, home.secret("token_key"))
        else:
            day = as_of or _day_to_freeze(connection, each)
            fixed = assign_set(
                connection, campaign, as_of=day, global_share=rulebook.settings.global_control_share,
                org_level=rulebook.organisations[campaign.org_code].level,
            )  # fmt: skip
        if not fixed.customers:
            raise Refused(
                f"nobody is left to be in it: the set {campaign.set_name} has no members on {day}",
                f"无可用客户：客群集 {campaign.set_name} 在 {day} 没有成员",
            )
        publish_audience(connection, campaign.id, follow.last_day(connection) or day)
        each = record(home, each, "frozen", by, follow.frozen_details(each, day, fixed))
        _write(connection, home, rulebook)
    return each


def _day_to_freeze(connection: Connection, each: Known) -> date:
    day = set_day(connection, each, before=each.campaign.first)
    if day is None:
        name, first = each.campaign.set_name, each.campaign.first
        raise Refused(
            f"no computed day before {first} has members of the set {name}; run the day first",
            f"{first} 之前没有已计算且含客群集 {name} 成员的日期，请先计算",
        )
    return day


def _by_day(home: Home, rulebook: Rulebook, each: Known, target: str, by: str) -> Known:
    """A step that a night takes by itself, asked for by a person: done when its day has come."""
    from mofang_pipeline.campaigns import evaluate  # its statistics take a second to import

    with _writing(home) as connection:
        _create_tables(connection)
        as_of = follow.last_day(connection)
        if not _is_due(connection, each, target, as_of, rulebook.settings):
            raise Refused(
                f"its day has not come: the window is {each.campaign.first} to {each.campaign.last}, computed is"
                f" {as_of or 'nothing'}",
                f"未到日期：活动期 {each.campaign.first} 至 {each.campaign.last}，已计算至 {as_of or '无'}",
            )
        if target == "evaluated" and as_of is not None:
            evaluate.evaluate(connection, rulebook, each.campaign, as_of)
        each = record(home, each, target, by, {"day": str(as_of)})
        _write(connection, home, rulebook)
    return each


def _is_due(connection: Connection, each: Known, target: str, as_of: date | None, settings: Settings) -> bool:
    if as_of is None:
        return False
    if target == "evaluated":
        return each.status.state == "reconciled"
    campaign = each.campaign
    settled = follow.is_settled(connection, each, as_of, settings)
    state = each.status.state
    return due(state, as_of=as_of, first=campaign.first, last=campaign.last, settled=settled) == target


def evaluate_now(home: Home, campaign_id: str, as_of: date) -> int:
    """`mofang evaluate`: writes what is known of a launched campaign on a computed day; rows written."""
    from mofang_pipeline.campaigns import evaluate

    rulebook = rules.in_force(home)
    each = known(home, rulebook, campaign_id)
    if not follow.is_under_way(each):
        raise Refused(
            f"it is {each.status.state}; a campaign is evaluated from its launch until it is closed",
            f"当前状态为 {each.status.state}，仅可在启动后、关闭前评估",
        )
    with _writing(home) as connection:
        _create_tables(connection)
        last = follow.last_day(connection)
        if last is None or as_of > last or as_of < each.campaign.first:
            raise Refused(
                f"{as_of} is not between its first day {each.campaign.first} and the last computed day {last}",
                f"{as_of} 不在活动首日 {each.campaign.first} 与最后计算日 {last} 之间",
            )
        return evaluate.evaluate(connection, rulebook, each.campaign, as_of, [as_of])


def evaluate_together_now(home: Home, as_of: date | None = None) -> int:
    """`mofang evaluate --global`: all campaigns of each quarter against the global control group; rows written."""
    from mofang_pipeline.campaigns import overall

    rulebook = rules.in_force(home)
    with _writing(home) as connection:
        _create_tables(connection)
        last = follow.last_day(connection)
        if last is None or (as_of is not None and as_of > last):
            raise Refused(
                f"{as_of or 'nothing'} is not computed; the last computed day is {last or 'none'}",
                f"{as_of or '尚无日期'} 未计算，最后计算日为 {last or '无'}",
            )
        return overall.evaluate(connection, rulebook, as_of or last, again=True)


@contextmanager
def _writing(home: Home) -> Iterator[Connection]:
    """The lake, to be written by a person who waits for it; Refused while a night is writing."""
    try:
        with lake.writer(home, wait_seconds=WAIT_SECONDS) as connection:
            yield connection
    except lake.LakeBusyError:
        raise Refused(
            "a run is writing; repeat this when it has ended", "正在计算，请在运行结束后重试"
        ) from None


def tell_the_lake(home: Home, rulebook: Rulebook) -> None:
    """mart.campaign as of now, unless a night is writing, which does it itself when it comes to campaigns."""
    with suppress(lake.LakeBusyError), lake.writer(home, wait_seconds=PATIENCE_SECONDS) as connection:
        _create_tables(connection)
        _write(connection, home, rulebook)


def _write(connection: Connection, home: Home, rulebook: Rulebook) -> None:
    as_of = follow.last_day(connection)
    if as_of is not None:
        follow.write(connection, known_campaigns(home, rulebook), as_of)


def _create_tables(connection: Connection) -> None:
    """The lake's tables, where no run has made them yet."""
    [(made,)] = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'lake' and table_name = 'campaign_global_effect'"
    ).fetchall()
    if not made:
        landing_tables.create_tables(connection)
        published.create_tables(connection)
