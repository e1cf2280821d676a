"""Chinese words that Superset's own translation leaves in English or gets wrong, and that our dashboards show."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from flask import Response, request

MISSING = {
    "Total (%(aggregatorName)s)": "合计",
    "Total (%(aggfunc)s)": "合计",
    "Subtotal": "小计",
    "Menu actions trigger": "菜单",
    "Shift + Click to sort by multiple columns": "按住 Shift 点击可按多列排序",
    "No results were returned for this query": "没有可显示的数据",
    "There is currently no information to display.": "当日没有客户，或人数过少、不予显示",
    "No data after filtering or data is NULL for the latest time record": "当日没有客户，或人数过少、不予显示",
}


def complete_chinese(app: Any) -> None:
    """Superset's FLASK_APP_MUTATOR: the browser gets the Chinese language pack with its gaps filled."""

    @app.before_request
    def language_pack() -> Response | None:
        if request.path.endswith("/superset/language_pack/zh/"):
            return Response(completed_pack(), mimetype="application/json")
        return None


@cache
def completed_pack() -> str:
    pack = json.loads((files("superset") / "translations/zh/LC_MESSAGES/messages.json").read_text("utf-8"))
    pack["locale_data"]["superset"].update({english: [chinese] for english, chinese in MISSING.items()})
    return json.dumps(pack, ensure_ascii=False)
