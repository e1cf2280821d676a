"""Runs in Superset's own environment: users, as Superset's metadata holds them.

Reads one JSON object on standard input, `{"action": "add"|"remove"|"password", "users": [...]}`, so that no process
list shows a password, and prints the users concerned as the last line. Which changes are allowed is decided before, by
mofang_pipeline/users.py.
"""

import json
import sys
from typing import Any

from superset.app import create_app


def main(wish: dict[str, Any]) -> list[dict[str, Any]]:
    with create_app().app_context():
        actions = {"add": add, "remove": remove, "password": set_password}
        return actions[wish["action"]](wish["users"])


def add(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New ones, and those that are there with another role or organisation; a password only where one is given."""
    from roles import ensure_org
    from superset.extensions import db, security_manager

    for each in wanted:
        roles = [security_manager.find_role(each["role"]), ensure_org(each["org"])]
        user = security_manager.find_user(each["user"])
        if user is None:
            names = (each["user"], each["user"], each["org"], f"{each['user']}@mofang.local")
            if not security_manager.add_user(*names, role=roles, password=each["password"]):
                raise SystemExit(f"user {each['user']} could not be added")
        else:
            user.roles, user.active = roles, True
            db.session.commit()
            if each.get("password"):
                security_manager.reset_password(user.id, each["password"])
    return wanted


def remove(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cannot log in and has no role any more; the record stays, since what the person did refers to it."""
    from superset.extensions import db, security_manager

    for each in wanted:
        user = security_manager.find_user(each["user"])
        user.active, user.roles = False, []
    db.session.commit()
    return wanted


def set_password(wanted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from superset.extensions import security_manager

    for each in wanted:
        security_manager.reset_password(security_manager.find_user(each["user"]).id, each["password"])
    return wanted


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin)), ensure_ascii=False))
