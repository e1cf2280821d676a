"""Mofang's roles in Superset: what each may reach, the row-level rules, and the dashboards that it opens.

Called by set_up.py and users.py inside Superset's application. The rules are the second wall: the first is the user's
own connection, and they fail closed: without an organisation nobody sees a row.
"""

from collections.abc import Iterator
from typing import Any

from lake_connection import lake
from portal import MENU, pages
from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
from superset.extensions import db, security_manager
from superset.models.dashboard import Dashboard
from viewers import ORG_PREFIX, SUPERSET_ADMIN, org_role

from mofang_pipeline.access import ACTIONS, HQ_ANALYST, HQ_APPROVER, ROLES, below

NOBODY_RULE = "without an organisation nobody sees anything"
# Opening dashboards and one's own account. Nothing that writes, no data but through a dashboard, no SQL Lab.
VIEWING = (
    ("can_read", "Dashboard"),
    ("can_read", "Chart"),
    ("can_read", "Theme"),
    ("can_read", "DashboardFilterStateRestApi"),
    ("can_write", "DashboardFilterStateRestApi"),
    ("can_read", "DashboardPermalinkRestApi"),
    ("can_read", "CurrentUserRestApi"),
    ("can_read", "SecurityRestApi"),
    ("can_get", "MenuApi"),
    ("can_dashboard", "Superset"),
    ("can_log", "Superset"),
    ("can_csv", "Superset"),
    ("can_language_pack", "Superset"),
    ("can_time_range", "Api"),
    ("can_view_chart_as_table", "Dashboard"),
    ("can_drill", "Dashboard"),
    ("can_userinfo", "UserDBModelView"),
    ("resetmypassword", "UserDBModelView"),
    ("can_this_form_get", "ResetMyPasswordView"),
    ("can_this_form_post", "ResetMyPasswordView"),
)
ALL_DATASETS = ("all_datasource_access", "all_datasource_access")


def ensure_roles() -> None:
    """Every role with exactly its permissions, so that what was granted by hand is gone."""
    common = [found for pair in VIEWING if (found := security_manager.find_permission_view_menu(*pair))]
    gamma = [
        each for each in security_manager.find_role("Gamma").permissions if each.view_menu.name != "Home"
    ]
    everything = security_manager.add_permission_view_menu(*ALL_DATASETS)
    for name in ROLES:
        role = security_manager.find_role(name) or security_manager.add_role(name)
        own = [*common, *_menu_of(name)]
        if name in (HQ_ANALYST, HQ_APPROVER):
            own += [*gamma, everything]
        role.permissions = list({each.id: each for each in own}.values())
    db.session.commit()


def _menu_of(role: str) -> Iterator[Any]:
    """Mofang's pages and the dashboards, as far as the role may open them; the portal looks at the role itself too."""
    entries = {"Dashboards": "numbers.read"} | {
        f"{MENU} {name}": each["may"] for name, each in pages().items()
    }
    for name in (MENU, *(name for name, action in entries.items() if role in ACTIONS[action])):
        yield security_manager.find_permission_view_menu("menu_access", name)


def ensure_org(org_code: str) -> Any:
    """The role that places a user in an organisation, and its row-level rule."""
    role = security_manager.find_role(org_role(org_code)) or security_manager.add_role(org_role(org_code))
    role.permissions = []
    db.session.commit()
    ensure_rules()
    return role


def ensure_rules() -> None:
    """One rule that shows nothing to whoever has no organisation, one for each organisation in use."""
    orgs = _org_roles()
    tables = db.session.query(SqlaTable).all()
    placed = [table for table in tables if table.table_name in _views_with_an_organisation()]
    exempt = [*orgs.values(), security_manager.find_role(SUPERSET_ADMIN)]
    _rule(NOBODY_RULE, "Base", "1 = 0", exempt, tables)
    parents = lake().parents()
    for org_code, role in orgs.items():
        codes = sorted(below(org_code, parents))
        clause = f"org_code in ({', '.join(_quoted(code) for code in codes)})" if codes else "1 = 0"
        if codes and parents[org_code] is None:
            clause = "1 = 1"  # head office
        _rule(f"only {role.name}", "Regular", clause, [role], placed if codes else tables)
    db.session.commit()


def _org_roles() -> dict[str, Any]:
    roles = security_manager.get_all_roles()
    return {role.name.removeprefix(ORG_PREFIX): role for role in roles if role.name.startswith(ORG_PREFIX)}


def _views_with_an_organisation() -> frozenset[str]:
    return lake().views_with("org_code")


def _quoted(code: str) -> str:
    return "'" + code.replace("'", "''") + "'"


def _rule(name: str, kind: str, clause: str, roles: list[Any], tables: list[Any]) -> None:
    rule = db.session.query(RowLevelSecurityFilter).filter_by(name=name).one_or_none()
    if rule is None:
        rule = RowLevelSecurityFilter(name=name)
        db.session.add(rule)
    rule.filter_type, rule.clause, rule.roles, rule.tables = kind, clause, roles, tables


def open_dashboards() -> None:
    """Every dashboard is opened by the roles that read numbers; nobody else finds it."""
    roles = [security_manager.find_role(name) for name in ACTIONS["numbers.read"]]
    for dashboard in db.session.query(Dashboard).all():
        dashboard.roles = roles
    db.session.commit()
