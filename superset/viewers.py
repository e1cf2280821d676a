"""Who a Superset user is to Mofang: one role and one organisation."""

from typing import Any

HEAD_OFFICE = "000000"


class NobodyError(Exception):
    """The user has no role and organisation of Mofang's."""


def viewer_of(user: Any) -> tuple[str, str]:
    """(role, organisation's code) of a Flask-AppBuilder user. Administrators are head office."""
    if any(role.name == "Admin" for role in user.roles):
        return "admin", HEAD_OFFICE
    raise NobodyError(f"用户 {user.username} 没有魔方角色 / user {user.username} has no Mofang role")
