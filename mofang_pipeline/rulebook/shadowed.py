"""What to say of a node that nobody can reach: where, which conditions take all its customers, and one of them."""

from collections.abc import Sequence
from datetime import date

from mofang_pipeline.rulebook import search
from mofang_pipeline.rulebook.columns import COLUMNS
from mofang_pipeline.rulebook.customer import Place, Row
from mofang_pipeline.rulebook.evaluate import evaluate
from mofang_pipeline.rulebook.model import Problem, Rulebook
from mofang_pipeline.rulebook.situations import Situation, Step, Way
from mofang_pipeline.rulebook.terms import Column, names
from mofang_pipeline.rulebook.wording import worded


def problem(rulebook: Rulebook, situation: Situation, way: Way, places: Sequence[Place]) -> Problem:
    """The problem of a node that is proved unreachable."""
    siblings = _asked_before(rulebook, situation, way)
    alone = [step for step in way.steps if step not in siblings]
    never = search.is_nobody(alone)
    twin = None if never else _twin(way, siblings)
    if twin is not None:
        en = f"asks the same as its sibling {twin.node}, which takes every customer; change one"
        zh = f"条件与同级 {twin.node} 相同，永远轮不到它，请修改其一"
        shadows = [twin]
    else:
        # Where its condition is never true, no sibling is to blame.
        steps, always = search.contradiction(alone if never else way.steps, places)
        en, zh = _reason(way, steps, always)
        shadows = [step for step in steps if not step.holds]
    taken = _taken(way, shadows) or _taken(way, [*shadows, *siblings]) or ("", "")
    texts = zip((en, zh), taken, _where(rulebook, situation, way), strict=True)
    en, zh = ("".join(parts) for parts in texts)
    return Problem(_file(rulebook, situation, way), f"node {way.node.id}", en, zh)


def told(row: Row, steps: Sequence[Step]) -> str:
    """The customer in the columns that these steps ask for: `age = 17, gender is null`."""
    asked = {name for step in steps for name in names(step.condition, Column)}
    columns = [name for name in COLUMNS if name in asked]
    return ", ".join(f"{name} is null" if row[name] is None else f"{name} = {row[name]}" for name in columns)


def _taken(way: Way, shadows: Sequence[Step]) -> tuple[str, str] | None:
    """A customer who would be in the node, were it not for its shadows, and where that one goes."""
    others = [step for step in way.steps if step not in shadows]
    row = search.anyone(others) if shadows else None
    if row is None:
        return None
    first = next(
        step for step in way.steps if step in shadows and evaluate(step.condition, row, dict(step.values))
    )
    customer = told(row, [first, *(step for step in way.steps if step.node == way.node.id)])
    if not customer:  # asked nothing: `true`
        return f"; anybody is in {first.node}", f"；任何客户都归入 {first.node}"
    return f"; for example {customer} is in {first.node}", f"；例如 {customer} 归入 {first.node}"


def undecided(rulebook: Rulebook, situation: Situation, way: Way) -> Problem:
    """The warning for a leaf of which the solver cannot say whether anybody reaches it."""
    where_en, where_zh = _where(rulebook, situation, way)
    en = f"not proved: the solver cannot decide whether anybody reaches it; simplify its conditions{where_en}"
    zh = f"未能证明：求解器无法判断是否有客户能到达，请简化条件{where_zh}"
    return Problem(_file(rulebook, situation, way), f"node {way.node.id}", en, zh)


def _twin(way: Way, siblings: Sequence[Step]) -> Step | None:
    """The answer of an earlier sibling whose condition is true for the same customers."""
    if not way.steps or way.steps[-1].node != way.node.id:
        return None
    within = [step for step in way.steps[:-1] if step not in siblings]
    asked = (step for step in siblings if search.same_question(way.steps[-1], step, within))
    return next(asked, None)


def _asked_before(rulebook: Rulebook, situation: Situation, way: Way) -> list[Step]:
    """The answers of earlier siblings: no, all of them."""
    parent = way.node.parent or ""
    siblings = rulebook.tree.children.get(parent) or situation.splits[parent][1]
    ids = {node.id for node in siblings}
    return [step for step in way.steps if step.node in ids and not step.holds]


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
