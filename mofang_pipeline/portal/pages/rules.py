"""Rule parameters: values in force or as of a day and time, proposals, decisions, history.

Everything that changes rules is rule_actions' doing, as for the command line.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from mofang_pipeline import rule_actions, rules
from mofang_pipeline.access import may
from mofang_pipeline.portal.asked import Answer, Asked, Malformed, get, post
from mofang_pipeline.portal.parameters import parameters, texts
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.rule_log import Recorded, value_as_text


def current(asked: Asked) -> Answer:
    """Every parameter of the organisation on `day`, as known now or at `known_at` (a local time)."""
    org, day = asked.org(), asked.day()
    return {"org": org, "day": day, "rows": parameters(asked, org, day, _moment(asked))}


def _moment(asked: Asked) -> datetime | None:
    text = asked.optional("known_at")
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(f"known_at: {text} is not a time", f"{text} 不是时间") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=_zone(asked))


def _zone(asked: Asked) -> ZoneInfo:
    return ZoneInfo(rules.in_force(asked.home).settings.timezone)


def waiting(asked: Asked) -> Answer:
    """Proposals of the viewer's scope that nobody has decided; `may_decide` as far as role and maker say."""
    decides = may(asked.viewer, "parameter.approve")
    return [
        _change(asked, each)
        | {
            "may_decide": decides and each.changed_by != asked.viewer.user,
            "own": each.changed_by == asked.viewer.user,
        }
        for each in _in_scope(asked, rule_actions.history(asked.home, waiting=True))
    ]


def history(asked: Asked) -> Answer:
    """Every change of the organisation's own values, the newest first."""
    return [_change(asked, each) for each in reversed(rule_actions.history(asked.home, org_code=asked.org()))]


def _in_scope(asked: Asked, changes: list[Recorded]) -> list[Recorded]:
    allowed = {code: asked.within(code) for code in {each.change.org_code for each in changes}}
    return [each for each in changes if allowed[each.change.org_code]]


def _change(asked: Asked, each: Recorded) -> Row:
    rulebook = rules.in_force(asked.home)
    parameter = rulebook.tree.parameters.get(each.change.parameter)
    org = rulebook.organisations.get(each.change.org_code)
    zone = ZoneInfo(rulebook.settings.timezone)
    return {
        "change_id": each.change_id,
        "org_code": each.change.org_code,
        "org_zh": org.name_zh if org else each.change.org_code,
        "org_en": org.name_en if org else each.change.org_code,
        "parameter": each.change.parameter,
        "name_zh": parameter.zh if parameter else each.change.parameter,
        "name_en": parameter.en if parameter else each.change.parameter,
        "unit": parameter.unit if parameter else "",
        "value": None if each.change.withdrawn else value_as_text(each.change.value),
        "effective_from": each.change.effective_from,
        "status": each.status,
        "proposed_at": f"{each.proposed_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "recorded_at": f"{each.recorded_at.astimezone(zone):%Y-%m-%d %H:%M}",
        "changed_by": each.changed_by,
        "approved_by": each.approved_by,
        "reason": each.reason,
    }


def propose(asked: Asked) -> Answer:
    outcome = rule_actions.propose(
        asked.home,
        actor=asked.viewer.user,
        org_code=asked.org(),
        values=texts(asked.body.get("values")),
        effective_from=asked.day("from"),
        reason=asked.optional("reason") or "",
    )
    return {"change_id": outcome.change_id, "computed_days": rule_actions.computed_days(asked.home, outcome)}


def approve(asked: Asked) -> Answer:
    outcome = rule_actions.approve(asked.home, actor=asked.viewer.user, change_id=_decided(asked))
    return {"change_id": outcome.change_id, "status": outcome.status}


def reject(asked: Asked) -> Answer:
    """An approver turns a proposal down; its maker takes it back."""
    outcome = rule_actions.reject(
        asked.home, actor=asked.viewer.user, change_id=_decided(asked), reason=asked.optional("reason") or ""
    )
    return {"change_id": outcome.change_id, "status": outcome.status}


def _decided(asked: Asked) -> int:
    """The proposal's number; Forbidden where its organisation is outside the viewer's scope."""
    change_id = asked.number("change_id", 0)
    for each in rule_actions.history(asked.home, waiting=True):
        if each.change_id == change_id:
            asked.in_scope(each.change.org_code)
    return change_id


WAYS = [
    get("/current", current),
    get("/waiting", waiting),
    get("/history", history),
    post("/propose", propose, "parameter.propose"),
    post("/approve", approve, "parameter.approve"),
    post("/reject", reject, "parameter.propose"),
]
