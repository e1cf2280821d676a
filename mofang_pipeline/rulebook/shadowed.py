"""What to say of a node that nobody can reach: where, and which conditions take all its customers."""

from collections.abc import Sequence
from datetime import date

from mofang_pipeline.rulebook import search
from mofang_pipeline.rulebook.customer import Place
from mofang_pipeline.rulebook.model import Problem, Rulebook
from mofang_pipeline.rulebook.situations import Situation, Step, Way
from mofang_pipeline.rulebook.wording import worded


def problem(rulebook: Rulebook, situation: Situation, way: Way, places: Sequence[Place]) -> Problem:
    """The problem of a node that is proved unreachable."""
    twin = _twin(way)
    if twin is not None:
        en = f"asks the same as its sibling {twin}, which takes every customer; change one"
        zh = f"条件与同级 {twin} 相同，永远轮不到它，请修改其一"
    else:
        steps, always = search.contradiction(way.steps, places)
        en, zh = _reason(way, steps, always)
    where_en, where_zh = _where(rulebook, situation, way)
    return Problem(_file(rulebook, situation, way), f"node {way.node.id}", en + where_en, zh + where_zh)


def undecided(rulebook: Rulebook, situation: Situation, way: Way) -> Problem:
    """The warning for a leaf of which the solver cannot say whether anybody reaches it."""
    where_en, where_zh = _where(rulebook, situation, way)
    en = f"not proved: the solver cannot decide whether anybody reaches it; simplify its conditions{where_en}"
    zh = f"未能证明：求解器无法判断是否有客户能到达，请简化条件{where_zh}"
    return Problem(_file(rulebook, situation, way), f"node {way.node.id}", en, zh)


def _twin(way: Way) -> str | None:
    """An earlier sibling whose condition is true for the same customers."""
    own = way.steps[-1] if way.steps and way.steps[-1].node == way.node.id else None
    if own is None:
        return None
    siblings = [place for place, step in enumerate(way.steps[:-1]) if not step.holds]
    asked_before = [place for place in siblings if all(not step.holds for step in way.steps[place:-1])]
    for place in asked_before:
        within = way.steps[: asked_before[0]]
        earlier = way.steps[place]
        asked = Step(earlier.node, earlier.condition, earlier.values, True)
        if search.same_question(own, asked, within):
            return earlier.node
    return None


def _reason(way: Way, steps: Sequence[Step], always: Sequence[str]) -> tuple[str, str]:
    """`nobody can reach it: A (x > 1) takes every customer of B (y) with z first, as always ...`."""
    own = [_told(step) for step in steps if step.holds and step.node == way.node.id]
    inside = [f"{step.node} ({_told(step)})" for step in steps if step.holds and step.node != way.node.id]
    taken = [f"{step.node} ({_told(step)})" for step in steps if not step.holds]
    asked = own[0] if own else ""
    if taken:
        en = f"{_joined(taken)} {'take' if len(taken) > 1 else 'takes'} every customer"
        en += f" of {_joined(inside)}" * bool(inside) + f" with {asked}" * bool(own) + " first"
        zh = f"{'、'.join(inside)} 中" * bool(inside) + f"满足 {asked} 的" * bool(own)
        zh += f"客户已全部归入 {'、'.join(taken)}"
    else:
        en = f"its condition {asked} is never true" + f" within {_joined(inside)}" * bool(inside)
        zh = f"{'、'.join(inside)} 中" * bool(inside) + f"条件 {asked} 永远不成立"
    if always:
        en, zh = f"{en}, as always {_joined(always)}", f"{zh}，因为总有 {'、'.join(always)}"
    return (
        f"nobody can reach it: {en}; change one or remove the node",
        f"没有客户能到达：{zh}；请修改其一或删除该节点",
    )


def _told(step: Step) -> str:
    return worded(step.condition, dict(step.values))


def _joined(texts: Sequence[str]) -> str:
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)


def _where(rulebook: Rulebook, situation: Situation, way: Way) -> tuple[str, str]:
    """Which organisations, and since when: nothing for head office from the beginning."""
    others = len(situation.organisations) - 1
    en, zh = "", ""
    if situation.first != rulebook.head_office.org_code and situation.first != way.owner:
        more_en, more_zh = (f" and {others} more", f" 等 {others + 1} 家机构") if others else ("", "")
        en, zh = f" (in {situation.first}{more_en}", f"（{situation.first}{more_zh}"
    if situation.since != date.min:
        en = f"{en} from {situation.since}" if en else f" (from {situation.since}"
        zh = f"{zh or '（'}自 {situation.since} 起"
    return (en + ")", zh + "）") if en else ("", "")


def _file(rulebook: Rulebook, situation: Situation, way: Way) -> str:
    if way.owner is not None:
        return rulebook.branch(way.owner).file
    setters = [code for code in rulebook.lineage(situation.first) if code in rulebook.branches]
    return rulebook.branch(setters[0]).file if setters else "tree.yaml"
