"""Mofang's pages inside Superset: the menu 魔方, one HTML shell for all, what is passed on to the portal's service.

Superset keeps the login, the session's language and CSRF (Flask-WTF checks every POST). What a page shows comes
from the service on its Unix socket (mofang_pipeline/portal), which is told who asks. Pages: portal/pages.json.
"""

import base64
import hashlib
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, send_from_directory, url_for
from flask_babel import get_locale
from flask_login import current_user
from front_end import first_of, lead_home
from look import FAMILY_COLOURS, FAVICONS, NAMES, logo
from portal_service import forwarded, told
from viewers import NobodyError, viewer_of

from mofang_pipeline.access import ACTIONS, Viewer, may

FOLDER = Path(__file__).parent / "portal"
STATIC = FOLDER / "static"
MENU, MENU_NAMES = "Mofang", {"zh": "魔方", "en": "Mofang"}
DASHBOARD, DASHBOARD_NAMES = "/superset/dashboard/", {"zh": "看板", "en": "Dashboards"}
ANSWERED_WITHOUT_LOGIN = {"mofang.health"}
SETTINGS = ("Data", "Security", "Manage")  # menus that Superset's own bar keeps under its settings
YEAR = 365 * 24 * 3600

pages_blueprint = Blueprint(
    "mofang", __name__, url_prefix="/mofang", template_folder=str(FOLDER / "templates")
)


@cache
def pages() -> dict[str, dict[str, str]]:
    """Page name -> its names in both languages, in the menu's order."""
    return {page["name"]: page for page in json.loads((FOLDER / "pages.json").read_text(encoding="utf-8"))}


@cache
def assets_version() -> str:
    """Of all static files: part of their address, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file()):
        digest.update(path.relative_to(STATIC).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]


class Named:
    """A menu's label in the language of whoever looks: Superset asks for its text at each request."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def __str__(self) -> str:
        return self.names[language()]


def language() -> str:
    return "zh" if str(get_locale() or "zh").startswith("zh") else "en"


def add_portal(app: Any) -> None:
    """From FLASK_APP_MUTATOR: the menu and the addresses below /mofang."""
    app.register_blueprint(pages_blueprint)
    lead_home(app, first_address)
    app.before_request(demand_numbers)
    for name, page in pages().items():
        app.appbuilder.add_link(
            f"{MENU} {name}",
            href=f"/mofang/{name}/",
            label=Named(page),
            category=MENU,
            category_label=Named(MENU_NAMES),
        )


@pages_blueprint.before_request
def demand_login() -> Any:
    """Everything but the health check needs a login: pages send to it, addresses of data answer 401."""
    if current_user.is_authenticated or request.endpoint in ANSWERED_WITHOUT_LOGIN:
        return None
    if request.endpoint == "mofang.page":
        return redirect(url_for(f"{_login_endpoint()}", next=request.path))
    return told(401, "please log in again", "登录已过期，请重新登录")


def _login_endpoint() -> str:
    from superset.extensions import appbuilder

    return f"{appbuilder.sm.auth_view.endpoint}.login"


@pages_blueprint.get("/")
def first_page() -> Any:
    return redirect(first_address() or f"/mofang/{next(iter(pages()))}/")


@pages_blueprint.get("/<name>/")
def page(name: str) -> Any:
    """The shell: menu bar, colours, who looks. The page's JavaScript fills it."""
    if name not in pages():
        abort(404)
    viewer = _viewer()
    if viewer is None or not may(Viewer(**viewer), pages()[name]["may"]):
        return _refused(viewer, pages()[name])
    return render_template("mofang/page.html", viewer=viewer, **_shell(name, pages()[name]))


def demand_numbers() -> Any:
    """Superset's dashboards say in its language why they do not open, where Superset says "not found" in English."""
    if not request.path.startswith(DASHBOARD) or not current_user.is_authenticated:
        return None
    viewer = _viewer()
    if viewer is None or not may(Viewer(**viewer), "numbers.read"):
        return _refused(viewer, DASHBOARD_NAMES)
    return None


def _refused(viewer: dict[str, str] | None, names: dict[str, str]) -> Any:
    template = "mofang/no_role.html" if viewer is None else "mofang/not_allowed.html"
    return render_template(template, first=first_address(), **_shell("", names)), 403


def first_address() -> str | None:
    """Of the first page that the one who looks may open."""
    viewer = _viewer()
    return first_of(pages(), partial(may, Viewer(**viewer))) if viewer else None


def _viewer() -> dict[str, str] | None:
    """Who looks, as the service is told; None for a user without a role of Mofang's."""
    try:
        role, org_code = viewer_of(current_user)
    except NobodyError:
        return None
    return {"user": current_user.username, "role": role, "org_code": org_code, "language": language()}


def _shell(name: str, names: dict[str, str]) -> dict[str, Any]:
    from superset.extensions import appbuilder

    menu = [item for item in appbuilder.menu.get_data() if item != "-"]
    return {
        "name": name,
        "lang": language(),
        "title": names[language()],
        "menu": [item for item in menu if item["name"] not in SETTINGS],
        "settings": [item for item in menu if item["name"] in SETTINGS],
        "logout": appbuilder.get_url_for_logout,
        "static": f"/mofang/static/{assets_version()}",
        "logo": logo(language()),
        "brand": NAMES[language()],
        "favicon": FAVICONS[0]["href"],
        "families": FAMILY_COLOURS,
        "ready": (STATIC / "vendor" / "echarts.min.js").exists(),
    }


@pages_blueprint.get("/static/<version>/<path:path>")
def static_file(version: str, path: str) -> Response:
    """Kept by browsers for good where the version is ours; another's is an old page's."""
    answer = send_from_directory(STATIC, path, max_age=YEAR if version == assets_version() else 0)
    answer.cache_control.immutable = version == assets_version()
    return answer


@pages_blueprint.get("/health")
def health() -> Response:
    """Whether the service answers."""
    return forwarded("GET", "/health", {}, None)


@pages_blueprint.get("/may/<action>")
def may_do(action: str) -> Response:
    """For the proxy in front of Dagster: 204 if the one who asks may do it, 403 if not, 401 without a login."""
    viewer = _viewer()
    if viewer is None or action not in ACTIONS or not may(Viewer(**viewer), action):
        return told(403, "your role does not allow this", "您的角色无此权限")
    return Response(status=204)


@pages_blueprint.route("/api/<name>/<path:path>", methods=["GET", "POST"])
def api(name: str, path: str) -> Response:
    """To the service, with who asks; nothing else that the browser says about itself goes along."""
    viewer = _viewer()
    if viewer is None:
        return told(403, "you have no Mofang role; ask the data team", "您没有魔方角色，请联系数据团队")
    said = base64.b64encode(json.dumps(viewer).encode()).decode()
    headers = {"X-Mofang-Viewer": said, "Content-Type": request.content_type or "application/json"}
    query = f"?{request.query_string.decode()}" if request.query_string else ""
    return forwarded(request.method, f"/{name}/{path}{query}", headers, request.get_data() or None)
