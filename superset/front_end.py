"""What Superset's own front end asks for and Mofang answers otherwise: the home page, and colours to be kept."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, redirect, request
from flask_login import current_user

# Where one comes to after the login; Superset's own home page asks for what only its administrators may.
HOMES = ("/", "/superset/welcome/")
COLOURS = re.compile(r"/api/v1/dashboard/\d+/colors")


def lead_home(app: Any, first_page: Callable[[], str | None]) -> None:
    """From FLASK_APP_MUTATOR: who has a first page of Mofang's comes home to it."""

    @app.before_request
    def home() -> Any:
        if request.path not in HOMES or not current_user.is_authenticated:
            return None
        page = first_page()
        return redirect(page) if page else None


def ignore_colours(app: Any) -> None:
    """From FLASK_APP_MUTATOR: every browser that opens a dashboard offers its labels' colours to be kept, whatever
    the user may write. The bundle says which colours hold, so nothing is kept and nobody is refused."""

    @app.before_request
    def colours() -> Response | None:
        if request.method == "PUT" and COLOURS.fullmatch(request.path):
            return Response("{}", mimetype="application/json")
        return None


def first_of(pages: Mapping[str, Mapping[str, str]], may_open: Callable[[str], bool]) -> str | None:
    """The address of the first page, in the menu's order, that the action `may` allows."""
    return next((f"/mofang/{name}/" for name, page in pages.items() if may_open(page["may"])), None)
