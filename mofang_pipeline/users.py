"""Users of Superset and of the portal as code: who is added, changed or removed, with one role for one organisation.

Here: what is allowed, passwords, and the record in the log. Superset's metadata is changed by superset/users.py, run in
Superset's environment.
"""

import csv
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

from mofang_pipeline import superset_service
from mofang_pipeline.access import ROLES
from mofang_pipeline.control import database, log
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.rulebook import Rulebook, read_rulebook

COLUMNS = ("user", "org", "role")


@dataclass(frozen=True)
class Wanted:
    """A person as asked for: login name, the organisation's code, one of access.ROLES."""

    user: str
    org: str
    role: str


def default_name(org: str, role: str) -> str:
    return f"{role}_{org}"


def add(home: Home, actor: str, wanted: Sequence[Wanted]) -> list[dict[str, Any]]:
    """Adds users, or moves existing ones to another role or organisation; returns each with a new password or None."""
    rulebook = read_rulebook(home.rulebook)
    for each in wanted:
        _require_allowed(rulebook, each)
    there = {each["user"]: each for each in listed(home)}
    rows = [asdict(each) | {"password": None if _is_active(there, each) else _password()} for each in wanted]
    superset_service.change_users(home, {"action": "add", "users": rows})
    for each in wanted:
        action = "user.changed" if each.user in there else "user.added"
        _record(home, actor, action, each.user, each.org, {"role": each.role})
    return rows


def _is_active(there: dict[str, dict[str, Any]], each: Wanted) -> bool:
    return bool(there.get(each.user, {}).get("active"))


def listed(home: Home) -> list[dict[str, Any]]:
    """user, role, org, active, last_login of everybody, removed ones included."""
    return superset_service.users(home)


def remove(home: Home, actor: str, user: str) -> None:
    known = _known(home, user)
    superset_service.change_users(home, {"action": "remove", "users": [{"user": user}]})
    _record(home, actor, "user.removed", user, known["org"] or None, {"role": known["role"]})


def new_password(home: Home, actor: str, user: str) -> str:
    """A new one, shown once; the old one is of no use any more."""
    known = _known(home, user)
    password = _password()
    superset_service.change_users(
        home, {"action": "password", "users": [{"user": user, "password": password}]}
    )
    _record(home, actor, "user.password_set", user, known["org"] or None, {})
    return password


def read_file(path: Path) -> list[Wanted]:
    """A CSV file with the columns user, org, role, or a YAML list of the same; Refused names file, row and column."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path}: cannot be read: {error}", f"{path}：无法读取") from None
    rows = list(csv.DictReader(text.splitlines())) if path.suffix == ".csv" else _yaml_rows(path, text)
    return [_row(path, number, row) for number, row in enumerate(rows, start=1)]


def _yaml_rows(path: Path, text: str) -> list[Any]:
    try:
        rows = yaml.load(text, Loader=yaml.BaseLoader)  # codes stay text
    except yaml.YAMLError as error:
        raise Refused(f"{path}: not YAML: {error}", f"{path}：不是有效的 YAML") from None
    if not isinstance(rows, list):
        raise Refused(f"{path}: must be a list of users with {', '.join(COLUMNS)}", f"{path}：应为用户列表")
    return rows


def _row(path: Path, number: int, row: Any) -> Wanted:
    if not isinstance(row, dict):
        raise Refused(f"{path}: entry {number}: not a user", f"{path}：第 {number} 项：不是用户")
    for column in ("org", "role"):
        if not str(row.get(column) or "").strip():
            raise Refused(
                f"{path}: entry {number}: {column} is missing", f"{path}：第 {number} 项：缺少 {column}"
            )
    org, role = str(row["org"]).strip(), str(row["role"]).strip()
    return Wanted(str(row.get("user") or "").strip() or default_name(org, role), org, role)


def _require_allowed(rulebook: Rulebook, wanted: Wanted) -> None:
    if wanted.role not in ROLES:
        raise Refused(
            f"role {wanted.role}: choose one of {', '.join(ROLES)}",
            f"角色 {wanted.role} 不存在，可选：{', '.join(ROLES)}",
        )
    organisation = rulebook.organisations.get(wanted.org)
    if organisation is None:
        raise Refused(
            f"org {wanted.org}: not in organisations.csv", f"机构 {wanted.org} 不在 organisations.csv 中"
        )
    if organisation.level not in ROLES[wanted.role]:
        levels = " or ".join(ROLES[wanted.role])
        raise Refused(
            f"role {wanted.role} is for {levels}, and {wanted.org} is {organisation.level}",
            f"角色 {wanted.role} 只用于 {levels} 机构，{wanted.org} 为 {organisation.level}",
        )
    if wanted.user == superset_service.ADMIN or not wanted.user.isprintable() or len(wanted.user) > 64:
        raise Refused(f"user {wanted.user!r}: choose another name", f"用户名 {wanted.user!r} 不可用")


def _known(home: Home, user: str) -> dict[str, Any]:
    for each in listed(home):
        if each["user"] == user and user != superset_service.ADMIN:
            return each
    raise Refused(f"user {user}: not there; see mofang users list", f"没有用户 {user}")


def _password() -> str:
    return secrets.token_urlsafe(12)


def _record(home: Home, actor: str, action: str, user: str, org: str | None, payload: dict[str, Any]) -> None:
    log.append(
        database.engine(home),
        actor=actor,
        action=action,
        subject=f"user {user}",
        org_code=org,
        payload=payload,
    )
