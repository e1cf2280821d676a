"""What other parameter values would do to an organisation's customers on one day: counts, migration. Saves nothing."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mofang_pipeline import rules, small_cells, trial_effects, trials
from mofang_pipeline.portal.asked import Answer, Asked, Malformed, get, post
from mofang_pipeline.portal.parameters import parameters, texts, written
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.portal.small import threshold, without_small_links
from mofang_pipeline.rulebook import Rulebook
from mofang_pipeline.rulebook.outline import places
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
    rows = [asdict(each) for each in trial_effects.effects(asked.home, rulebook, org, found)]
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
    links = [
        {"from": each.from_segment, "to": each.to_segment, "customers": each.customers, "causes": {}}
        for each in found
    ]
    shown = _shown(asked, leaves)
    return {
        "name": trial.name,
        "customers": sum(each.customers for each in found),
        "moved": sum(each.customers for each in found if each.from_segment != each.to_segment),
        "leaves": [
            {
                "segment": each.segment,
                "before": shown["before"][each.segment],
                "after": shown["after"][each.segment],
            }
            for each in leaves
        ],
        "links": [link for link in without_small_links(asked, links) if link["from"] != link["to"]],
    }


def _shown(asked: Asked, leaves: list[LeafCount]) -> dict[str, dict[str, int | None]]:
    """Counts before and after by leaf, without those too small for this viewer."""
    limit = threshold(asked)
    sides = {
        "before": {each.segment: each.customers_before for each in leaves},
        "after": {each.segment: each.customers_after for each in leaves},
    }
    shown: dict[str, dict[str, int | None]] = defaultdict(dict)
    for side, counts in sides.items():
        cells = [small_cells.Cell(leaf, "whole", small_cells.GROUND, count) for leaf, count in counts.items()]
        hidden = small_cells.suppress(cells, limit) if limit else frozenset()
        shown[side] = {leaf: None if leaf in hidden else count for leaf, count in counts.items()}
    return shown


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
