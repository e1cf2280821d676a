"""What other parameter values would do to an organisation's customers on one day: counts, migration. Saves nothing."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mofang_pipeline import rules, small_cells, trial_effects, trials
from mofang_pipeline.branch_flow import Link, Side, unlisted
from mofang_pipeline.portal.asked import Answer, Asked, Malformed, get, post
from mofang_pipeline.portal.parameters import parameters, texts, written
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import hidden_nodes, threshold
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.outline import places
from mofang_pipeline.segment_sets import reading
from mofang_pipeline.trials import LeafCount, Migration, Trial

MOST_TRIALS = 4
CODES = "select node_id, family, trim(code) as code from serving.node_code"


def settable(asked: Asked) -> Answer:
    """The organisation's parameters with value and bounds, those first that it may set itself."""
    org, day = asked.org(), asked.day()
    return {"org": org, "day": day, "rows": parameters(asked, org, day)}


def attempt(asked: Asked) -> Answer:
    """The same customers under each trial: every leaf before and after, and who would be where."""
    org, day, wanted = asked.org(), asked.day(), _trials(asked)
    rulebook = rules.in_force(asked.home)
    with asked.lake.cursor() as cursor:
        found = trials.preview(cursor, rulebook, org, wanted, day)
    return {
        "org": org,
        "day": day,
        "trials": [
            _told(asked, trial, [each for each in found if each.trial == trial.name], rulebook, org)
            for trial in wanted
        ],
        "nodes": _names(asked, rulebook, org),
        "effects": _effects(asked, org, rulebook, found),
    }


def _effects(asked: Asked, org: str, rulebook: Rulebook, found: list[Migration]) -> list[Row]:
    """The segment sets and campaigns that the trials would touch; small counts count as none."""
    limit = threshold(asked) or 0
    names = {row[0]: row[2:4] for row in reading.listed(asked.home, org).rows}
    rows = [
        asdict(each) | dict(zip(("set_zh", "set_en"), names[each.segment_set], strict=True))
        for each in trial_effects.effects(asked.home, rulebook, org, found)
    ]
    return [row for row in rows if max(row["customers_in"], row["customers_out"]) >= max(limit, 1)]


def _trials(asked: Asked) -> list[Trial]:
    wanted = asked.body.get("trials")
    if not isinstance(wanted, list) or not 0 < len(wanted) <= MOST_TRIALS:
        raise Malformed(f"try 1 to {MOST_TRIALS} sets of values", f"请试算 1 至 {MOST_TRIALS} 组参数")
    return [_trial(each) for each in wanted]


def _trial(each: Any) -> Trial:
    if not isinstance(each, Mapping):
        raise Malformed("a trial has a name and values", "试算须有名称和参数")
    values = {name: written(text) for name, text in texts(each.get("values")).items()}
    return Trial(str(each.get("name", "")), values)


def _told(asked: Asked, trial: Trial, found: list[Migration], rulebook: Rulebook, org: str) -> Row:
    leaves = trials.counts(rulebook, org, found)
    links = {(each.from_segment, each.to_segment): each.customers for each in found}
    before, after, unlisted = _hidden(asked, org, leaves, links)
    return {
        "name": trial.name,
        "customers": sum(links.values()),
        "moved": sum(customers for (source, target), customers in links.items() if source != target),
        "leaves": [
            {
                "segment": each.segment,
                "before": None if each.segment in before else each.customers_before,
                "after": None if each.segment in after else each.customers_after,
            }
            for each in leaves
        ],
        "links": [
            {"from": source, "to": target, "customers": None if (source, target) in unlisted else customers}
            for (source, target), customers in links.items()
            if source != target
        ],
    }


Leaves = frozenset[str]


def _hidden(
    asked: Asked, org: str, leaves: list[LeafCount], links: Mapping[Link, int]
) -> tuple[Leaves, Leaves, frozenset[Link]]:
    """What this viewer does not see: leaves before (at least those that the day's tree hides), after, and links."""
    limit = threshold(asked)
    if limit is None:
        return frozenset(), frozenset(), frozenset()
    day = asked.day()
    in_tree = hidden_nodes(asked, org, [day]).get(day.isoformat(), frozenset())
    before = _side({each.segment: each.customers_before for each in leaves}, limit, in_tree)
    after = _side({each.segment: each.customers_after for each in leaves}, limit)
    return before.hidden, after.hidden, unlisted(links, before, after, limit)


def _side(counts: dict[str, int], limit: int, hidden: Leaves = frozenset()) -> Side:
    """Leaves whose sum, all customers, is known."""
    cells = [small_cells.Cell(leaf, "whole", small_cells.GROUND, count) for leaf, count in counts.items()]
    whole = small_cells.Cell("whole", small_cells.GROUND, "whole", sum(counts.values()))
    found = small_cells.suppress([*cells, whole], limit, hidden=hidden & counts.keys(), fixed=["whole"])
    return Side(counts, dict.fromkeys(counts), frozenset(str(key) for key in found))


def _names(asked: Asked, rulebook: Rulebook, org: str) -> list[Row]:
    """The leaves that the organisation sees, in the tree's order."""
    codes = {row["node_id"]: row for row in asked.rows(CODES)}
    return [
        {
            "node_id": place.node.id,
            "name_zh": place.node.zh,
            "name_en": place.node.en,
            "family": codes.get(place.node.id, {}).get("family"),
            "code": codes.get(place.node.id, {}).get("code", ""),
        }
        for place in places(rulebook, org)
        if place.is_leaf
    ]


WAYS = [get("/parameters", settable), post("/try", attempt)]
