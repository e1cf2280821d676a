"""One page on a campaign for a manager: HTML that is complete in itself, with its plots as inline SVG.

Here: what stands on the page and how numbers are written. The words are in wording.py, the layout in templates/.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from mofang_pipeline import lake
from mofang_pipeline.campaigns.history import Known, known
from mofang_pipeline.campaigns.states import ZH
from mofang_pipeline.campaigns.wording import STAGES, TEXTS, VERDICTS, chosen, metric_name
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook.model import Rulebook

Row = dict[str, Any]
FEN_METRICS = ("pay_amt", "aum_change")
COLOURS = {"better": "#1b7f4b", "worse": "#b42318"}
ROW_HEIGHT, LEFT, RIGHT, REACH = 26, 260, 640, 5.0  # of the forest plot; REACH standard errors to each side
QUERIES = {
    "effects": "select * from mart.campaign_effect where campaign = $campaign"
    " order by is_primary desc, arm, metric, method",
    "funnel": "select stage, sum(customers) as customers from mart.campaign_funnel"
    " where campaign = $campaign and arm <> 'control' group by stage, place order by place",
    "roi": "select * from mart.campaign_roi where campaign = $campaign",
    "moves": "select * from mart.campaign_transition where campaign = $campaign and horizon_days = 0"
    " and from_segment <> to_segment and customers_treatment >= $fewest and customers_control >= $fewest"
    " order by abs(extra_customers) desc, from_segment, to_segment limit 8",
}


@dataclass(frozen=True)
class Found:
    """What the lake knows of the campaign."""

    effects: list[Row]
    funnel: list[Row]
    roi: list[Row]
    moves: list[Row]

    @staticmethod
    def read(
        connection: duckdb.DuckDBPyConnection,
        queries: Mapping[str, str],
        campaign_id: str,
        *,
        fewest: int = 0,
    ) -> "Found":
        """From the lake; moves of fewer than `fewest` customers are left out."""
        values = {"campaign": campaign_id, "fewest": fewest}
        return Found(*(_rows(connection, query, values) for query in queries.values()))


def write_report(home: Home, rulebook: Rulebook, campaign_id: str, to: Path, language: str) -> None:
    """Writes the page to the file `to`. Refused where nothing was ever computed."""
    each = known(home, rulebook, campaign_id)
    try:
        with lake.connect(home, read_only=True) as connection:
            found = Found.read(connection, QUERIES, campaign_id)
    except duckdb.Error:
        raise Refused("nothing is computed yet: run its days first", "尚未计算，请先计算其日期") from None
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(each, rulebook, found, language), encoding="utf-8")


def page(each: Known, rulebook: Rulebook, found: Found, language: str) -> str:
    """The page's HTML."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folder = FileSystemLoader(Path(__file__).parent / "templates")
    environment = Environment(loader=folder, autoescape=True, undefined=StrictUndefined)
    text, campaign = TEXTS[language], each.campaign
    organisation = rulebook.organisations[campaign.org_code]
    effects = [_effect(row, language) for row in found.effects]
    content = {
        "id": campaign.id,
        "name": campaign.zh if language == "zh" else campaign.en,
        "org": organisation.name_zh if language == "zh" else organisation.name_en,
        "first": campaign.first,
        "last": campaign.last,
        "state": ZH[each.status.state] if language == "zh" else each.status.state,
        "as_of": found.effects[0]["as_of"] if found.effects else None,
        "answer": _answer(found, effects, text),
        "warnings": list(_warnings(each, found, text, language)),
        "effects": effects,
        "forest": _forest(found.effects, effects),
        "funnel": _funnel(found.funnel, language),
        "money": _money(found.roi, text),
        "moves": [_move(row, _segments(rulebook, language)) for row in found.moves],
    }
    return environment.get_template("report.html").render(page=content, t=text, language=language)


def _rows(connection: duckdb.DuckDBPyConnection, query: str, values: Mapping[str, object]) -> list[Row]:
    result = connection.execute(query, {name: value for name, value in values.items() if f"${name}" in query})
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _effect(row: Row, language: str) -> Row:
    metric, points = row["metric"], TEXTS[language]["points"]
    low, high = (_number(metric, row[key], points) for key in ("ci_low", "ci_high"))
    return {
        "name": metric_name(metric, language) + (f" · {row['arm']}" if row["arm"] != "treatment" else ""),
        "method": row["method"],
        "treatment": _number(metric, row["value_treatment"]),
        "control": _number(metric, row["value_control"]),
        "effect": _number(metric, row["effect"], points, sign=True),
        "interval": f"{low} … {high}" if row["ci_low"] is not None else "–",
        "p": "–" if row["p_adjusted"] is None else f"{row['p_adjusted']:.3f}",
        "verdict": chosen(VERDICTS, row["verdict"], language),
        "verdict_class": row["verdict"],
    }


def _number(metric: str, value: float | None, percent: str = "%", *, sign: bool = False) -> str:
    """Shares in percent, or in points where they differ; fen in yuan, the rest as it is."""
    if value is None:
        return "–"
    plus = "+" if sign else ""
    if metric in FEN_METRICS:
        return (plus if value > 0 else "") + _yuan(value)
    if metric.endswith("_rate") or metric.startswith("to:"):
        return f"{value * 100:{plus}.2f}{percent}"
    return f"{value:{plus},.3f}"


def _answer(found: Found, effects: list[Row], text: dict[str, str]) -> str:
    """The primary metric's result in one sentence: by cuped where there is one, since it is the narrower."""
    primary = [(shown, row) for shown, row in zip(effects, found.effects, strict=True) if row["is_primary"]]
    for method in ("cuped", "did", "raw"):
        for shown, row in primary:
            if row["method"] == method:
                words = {key: shown[key] for key in ("treatment", "control", "effect", "interval")}
                return text[f"answer_{row['verdict']}"].format(metric=shown["name"], **words)
    return text["answer_none"]


def _segments(rulebook: Rulebook, language: str) -> dict[str, str]:
    """The names of all nodes, head office's and the branches' own."""
    own = [node for branch in rulebook.branches.values() for node in branch.splits]
    return {node.id: node.zh if language == "zh" else node.en for node in [*rulebook.tree.nodes, *own]}


def _warnings(each: Known, found: Found, text: dict[str, str], language: str) -> list[str]:
    lines = []
    worse = [row["metric"] for row in found.effects if row["is_guardrail"] and row["verdict"] == "worse"]
    if worse:
        names = ", ".join(metric_name(metric, language) for metric in dict.fromkeys(worse))
        lines.append(text["guardrail"].format(names=names))
    if each.changed:
        lines.append(text["changed"])
    if any(row["verdict"] == "withheld" for row in found.effects):
        lines.append(text["withheld"])
    if any(row["is_sequential"] for row in found.effects):
        lines.append(text["sequential"])
    trends = [row["pretrend_p"] for row in found.effects if row["pretrend_p"] is not None]
    if trends and min(trends) < 0.05:
        lines.append(text["trend"].format(p=f"{min(trends):.3f}"))
    return lines


def _forest(rows: list[Row], shown: list[Row]) -> Row:
    """Places of the forest plot, every metric in units of its own standard error."""
    middle, scale = (LEFT + RIGHT) / 2, (RIGHT - LEFT) / 2 / REACH
    lines = []
    for place, (row, each) in enumerate(zip(rows, shown, strict=True)):
        unit = row["se"] or None

        def at(value: float | None, unit: float | None = unit) -> float | None:
            if unit is None or value is None:
                return None
            return round(middle + max(-REACH, min(REACH, value / unit)) * scale, 1)

        lines.append({
            "y": place * ROW_HEIGHT + ROW_HEIGHT // 2,
            "label": f"{each['name']} ({each['method']})",
            "at": at(row["effect"]) or middle,
            "low": at(row["ci_low"]),
            "high": at(row["ci_high"]),
            "colour": COLOURS.get(row["verdict"], "#52606d"),
            "text": f"{each['effect']}  [{each['interval']}]",
        })  # fmt: skip
    return {"rows": lines, "zero": middle, "height": len(lines) * ROW_HEIGHT}


def _funnel(rows: list[Row], language: str) -> list[Row]:
    most = max((row["customers"] for row in rows), default=1)
    return [
        {
            "name": chosen(STAGES, row["stage"], language),
            "customers": f"{row['customers']:,}",
            "width": round(230 * row["customers"] / most),
        }
        for row in rows
    ]


def _money(rows: list[Row], text: dict[str, str]) -> list[Row]:
    if not rows:
        return []
    row = rows[0]
    spent = row["contact_cost_fen"] + row["reward_cost_fen"]
    budget = "–" if row["budget_fen"] is None else _yuan(row["budget_fen"])
    ratio = "–" if row["roi"] is None else f"{row['roi']:.2f}"
    if row["roi_low"] is not None and row["roi_high"] is not None:
        ratio += f" ({row['roi_low']:.2f} … {row['roi_high']:.2f})"
    values = {
        "paid": _yuan(row["incremental_pay_fen"]),
        "margin": _yuan(row["incremental_margin_fen"]),
        "contacts": _yuan(row["contact_cost_fen"]),
        "rewards": _yuan(row["reward_cost_fen"]),
        "open": _yuan(row["open_fen"]),
        "spent": f"{_yuan(spent)} / {budget}",
        "roi": ratio,
    }
    return [{"name": text[key], "value": value} for key, value in values.items()]


def _yuan(fen: float) -> str:
    return f"{'-' if fen < 0 else ''}¥{abs(fen) / 100:,.2f}"


def _move(row: Row, names: Mapping[str, str]) -> Row:
    source, target = (
        f"{node} {names[node]}" if node in names else node
        for node in (row["from_segment"], row["to_segment"])
    )
    return {
        "name": f"{source} → {target}",
        "treatment": f"{row['customers_treatment']:,} / {row['n_treatment']:,}",
        "control": f"{row['customers_control']:,} / {row['n_control']:,}",
        "extra": f"{row['extra_customers']:+,.1f}",
    }
