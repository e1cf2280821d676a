"""Chinese words that Superset's own translation leaves in English and that our dashboards show."""

from typing import Any

MISSING = {
    "Total (%(aggregatorName)s)": "合计",
    "Total (%(aggfunc)s)": "合计",
    "Subtotal": "小计",
    "Data refreshed": "数据已刷新",
}


def complete_chinese(app: Any) -> None:
    """Superset's FLASK_APP_MUTATOR: fills the gaps in the language pack that the browser loads."""
    from superset.translations.utils import get_language_pack

    pack = get_language_pack("zh")
    if pack:
        pack["locale_data"]["superset"].update({english: [chinese] for english, chinese in MISSING.items()})
