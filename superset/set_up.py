"""Runs in Superset's own environment: metadata up to date, roles, the administrator, the dashboards of a folder.

`python set_up.py FOLDER`, with the administrator's name and password and head office's code as three lines on standard
input, so that no process list shows them. All in one process, since
Superset takes long to load. Doing it again changes nothing.
"""

import logging
import sys
from pathlib import Path
from typing import Any

import yaml
from flask_migrate import upgrade
from superset.app import create_app


class ImportFailures(logging.Handler):
    """The importer only logs what it refuses; here it is kept so that set-up fails."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


def main(folder: Path, user: str, password: str, head_office: str) -> None:
    with create_app().app_context():
        from roles import ensure_roles, open_dashboards

        upgrade()
        sync_roles()
        ensure_roles()
        import_bundle(folder)
        open_dashboards()
        ensure_admin(user, password, head_office)


def sync_roles() -> None:
    from superset.extensions import appbuilder, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()


def ensure_admin(user: str, password: str, head_office: str) -> None:
    from roles import ensure_org
    from superset.extensions import db, security_manager

    roles = [security_manager.find_role("Admin"), ensure_org(head_office)]
    admin = security_manager.find_user(user)
    if admin is None:
        security_manager.add_user(user, "Mofang", "Admin", "admin@localhost", roles, password=password)
    else:
        admin.roles = roles
        db.session.commit()


def import_bundle(folder: Path) -> None:
    from superset.examples import utils

    failures = ImportFailures()
    logging.getLogger(utils.__name__).addHandler(failures)
    utils.load_configs_from_directory(folder, overwrite=True)
    if failures.messages:
        raise SystemExit(f"dashboards not imported: {failures.messages[0]}")
    for path in sorted((folder / "dashboards").glob("*.yaml")):
        detach_removed_charts(yaml.safe_load(path.read_text(encoding="utf-8")))


def detach_removed_charts(content: dict[str, Any]) -> None:
    """The importer leaves charts attached that are gone from the bundle; the dashboard would show them at its end."""
    from superset.extensions import db
    from superset.models.dashboard import Dashboard

    placed = {item["meta"]["uuid"] for item in content["position"].values() if _is_chart(item)}
    dashboard = db.session.query(Dashboard).filter_by(uuid=content["uuid"]).one()
    dashboard.slices = [chart for chart in dashboard.slices if str(chart.uuid) in placed]
    db.session.commit()


def _is_chart(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "CHART"


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.stdin.read().splitlines()[:3])
