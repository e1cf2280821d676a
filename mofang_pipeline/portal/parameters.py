"""An organisation's parameters for forms: value in force, whose it is, bounds, and whether this viewer may set it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from mofang_pipeline import rule_values
from mofang_pipeline.access import may
from mofang_pipeline.portal.asked import Asked, Malformed
from mofang_pipeline.portal.reading import Row
from mofang_pipeline.rule_log import value_as_text
from mofang_pipeline.rulebook.model import LEVELS, Scalar

ORGANISATION = """
    select org_code, org_level, org_name_zh, org_name_en from serving.organisation_option
    where org_code in (select unnest($codes))
"""


def parameters(asked: Asked, org: str, day: date, known_at: datetime | None = None) -> list[Row]:
    """One row per parameter, in the tree's order; values as written (money in yuan)."""
    applied = rule_values.applied(asked.home, org, day, known_at)
    names = {
        row["org_code"]: row
        for row in asked.rows(ORGANISATION, codes=sorted({org} | {each.org_code for each in applied}))
    }
    level = LEVELS.index(names[org]["org_level"])
    proposes = may(asked.viewer, "parameter.propose") and known_at is None
    return [_row(each, names.get(each.org_code, {}), level, proposes) for each in applied]


def _row(each: rule_values.Applied, owner: Row, level: int, proposes: bool) -> Row:
    parameter, setting = each.parameter, each.setting
    locked = parameter.locked and level > 0
    return {
        "parameter": parameter.name,
        "name_zh": parameter.zh,
        "name_en": parameter.en,
        "type": parameter.type,
        "unit": parameter.unit,
        "value": value_as_text(setting.change.value),
        "default": str(parameter.default),
        "min": None if parameter.minimum is None else str(parameter.minimum),
        "max": None if parameter.maximum is None else str(parameter.maximum),
        "set_by": parameter.set_by,
        "level": each.level,
        "owner": each.org_code,
        "owner_zh": owner.get("org_name_zh", each.org_code),
        "owner_en": owner.get("org_name_en", each.org_code),
        "effective_from": setting.change.effective_from,
        "changed_by": setting.changed_by,
        "approved_by": setting.approved_by,
        "reason": setting.reason,
        "recorded_at": setting.recorded_at,
        "locked": locked,
        "may_set": proposes and not locked and level <= LEVELS.index(parameter.set_by),
    }


def texts(values: object) -> dict[str, str]:
    """Parameter -> its value as text, from the browser's JSON."""
    if not isinstance(values, Mapping) or not values:
        raise Malformed("choose at least one parameter", "请至少选择一个参数")
    return {str(name): str(value).strip() for name, value in values.items()}


def written(text: str) -> Scalar:
    """A number where it is one; what is none is refused by the rules' own check, with the reason."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return int(number) if number.is_finite() and number == number.to_integral_value() else number
