"""Who a Superset user is to Mofang: one role and one organisation, both held as roles in Superset's own metadata.

A user has the role named like one of access.ROLES and the role `org <code>`. Whoever has not exactly one of each is
nobody and sees nothing; Superset's Admin is head office.
"""

from typing import Any

from mofang_pipeline.access import ADMIN, ROLES

ORG_PREFIX = "org "
SUPERSET_ADMIN = "Admin"


class NobodyError(Exception):
    """The user has no role and organisation of Mofang's, or several."""


def viewer_of(user: Any) -> tuple[str, str]:
    """(role, organisation's code) of a Flask-AppBuilder user; NobodyError for anybody else, anonymous included."""
    names = [role.name for role in getattr(user, "roles", None) or []]
    orgs = [name.removeprefix(ORG_PREFIX) for name in names if name.startswith(ORG_PREFIX)]
    roles = [ADMIN] if SUPERSET_ADMIN in names else [name for name in names if name in ROLES]
    if not getattr(user, "is_active", False) or len(roles) != 1 or len(orgs) != 1:
        name = getattr(user, "username", None) or "anonymous"
        raise NobodyError(
            f"用户 {name} 没有唯一的角色和机构"
            f" / user {name} has not exactly one role and one organisation: see mofang users list"
        )
    return roles[0], orgs[0]


def org_role(org_code: str) -> str:
    return f"{ORG_PREFIX}{org_code}"
