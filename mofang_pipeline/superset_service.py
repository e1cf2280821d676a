"""Sets Superset up and starts it: its environment, its metadata, its administrator, the dashboards of `superset/`.

Superset lives in an environment of its own (.venv-superset), so it is run as a program, never imported. What it shows
and how it reads the lake is `superset/`'s business.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg2
import yaml

from mofang_pipeline import access, lake, stores
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.portal.service import socket_folder
from mofang_pipeline.portal.small import hidden_folder
from mofang_pipeline.processes import Service
from mofang_pipeline.rulebook import read_rulebook
from mofang_pipeline.serving import publish

BUNDLE = REPOSITORY / "superset"
PROGRAMS = Path(os.environ.get("MOFANG_SUPERSET_VENV", REPOSITORY / ".venv-superset")) / "bin"
PARTS = ("metadata.yaml", "databases/*.yaml", "datasets/*/*.yaml", "charts/*.yaml", "dashboards/*.yaml")
MENU = BUNDLE / "portal" / "pages.json"  # its entries become permissions
LOCK = REPOSITORY / "requirements" / "superset.txt"
ADMIN = "admin"
WORKERS = 2
KEEP_ALIVE = 75  # seconds; longer than the proxy keeps an idle connection, which else meets a closed one
# Nodes of several branches share a place in the order: without the names each start would see another set to set up.
FAMILIES = (
    "select node_zh, node_en, family from lake.serving.node_option order by sort_order, node_zh, node_en"
)
USERS = """
select
    "user".username as user,
    string_agg(role.name, ', ' order by role.name) filter (where role.name = any(%(roles)s)) as role,
    string_agg(substr(role.name, 5), ', ' order by role.name) filter (where role.name like 'org %%') as org,
    "user".active,
    "user".last_login
from ab_user as "user"
left join ab_user_role as held on "user".id = held.user_id
left join ab_role as role on held.role_id = role.id
group by "user".id
order by "user".username
"""
SPECIAL_COLOUR = "#9AA5B1"
SPECIAL = ("新开户", "已销户", "转入", "转出", "其他", "New", "Closed", "Moved in", "Moved out", "Other")


class SupersetError(Exception):
    """Superset cannot be set up or started; the message says why and what to do."""


def provision(home: Home) -> bool:
    """Brings Superset's metadata, administrator and dashboards up to the repository's; False if nothing was to do.

    The lake must have something published: names and colours of the segments come from it.
    """
    families = _families(home)
    wanted = _fingerprint(home, families)
    marker = home.folder("superset") / "provisioned"
    if marker.exists() and marker.read_text(encoding="utf-8") == wanted:
        return False
    with TemporaryDirectory(dir=home.folder("superset")) as folder:
        _write_bundle(Path(folder), families)
        _set_up(home, Path(folder))
    marker.write_text(wanted, encoding="utf-8")
    return True


def service(home: Home, port: int) -> Service:
    """Superset behind gunicorn on loopback, for the supervisor; provision first."""
    command = [
        str(PROGRAMS / "gunicorn"),
        *("-c", str(BUNDLE / "start_up.py")),
        *(
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            str(WORKERS),
            "--worker-class",
            "gthread",
            "--threads",
            "8",
        ),
        *("--keep-alive", str(KEEP_ALIVE)),
        *("--timeout", "120", "--access-logfile", str(home.folder("logs") / "superset-access.log")),
        *("--worker-tmp-dir", str(home.folder("superset"))),
        "superset.app:create_app()",
    ]
    return Service(
        "superset", command, home.folder("logs") / "superset.log", environment(home), health_address(port)
    )


def health_address(port: int) -> str:
    return f"http://127.0.0.1:{port}/health"


def admin_password(home: Home) -> str:
    """Made at set-up, kept in `secrets/superset_admin_password`, readable by the owner only."""
    return home.secret("superset_admin_password", length=12).hex()


def environment(home: Home) -> dict[str, str]:
    """What superset_config.py and lake_connection.py read."""
    return {
        "SUPERSET_CONFIG_PATH": str(BUNDLE / "superset_config.py"),
        "PYTHONPATH": f"{BUNDLE}{os.pathsep}{REPOSITORY}",  # of mofang_pipeline only what needs no more than duckdb
        "FLASK_APP": "superset.app:create_app()",
        "SUPERSET_HOME": str(home.folder("superset")),
        "SCARF_ANALYTICS": "false",  # no outside call
        "MOFANG_SUPERSET_STATE": str(home.folder("superset")),
        "MOFANG_SUPERSET_DB_URL": stores.database_url(home, "mofang_superset"),
        "MOFANG_SUPERSET_SECRET_KEY": home.secret("superset_secret_key").hex(),
        "MOFANG_SUPERSET_GUEST_SECRET": home.secret("superset_guest_secret").hex(),
        "MOFANG_PORTAL": str(socket_folder(home)),
        "MOFANG_SMALL_CELL": str(read_rulebook(home.rulebook).settings.small_cell),
        "MOFANG_HIDDEN": str(hidden_folder(home)),
        "MOFANG_PUBLISHED": str(publish.pointer(home)),
        "MOFANG_LAKE_DSN": stores.reader_dsn(home),
        "MOFANG_LAKE_FOLDER": str(home.lake),
        "MOFANG_EXTENSIONS": lake.extension_folder(home),
        "MOFANG_LAKE_MEMORY": f"{_machine_memory() // (2 * WORKERS) // 2**20}MiB",
    }


def change_users(home: Home, wish: dict[str, Any]) -> list[dict[str, Any]]:
    """Runs superset/users.py; returns the users that it names."""
    _require_set_up(home)
    done = _run(home, "users.py", json.dumps(wish))
    found: list[dict[str, Any]] = json.loads(done.splitlines()[-1])
    return found


def users(home: Home) -> list[dict[str, Any]]:
    """Everybody in Superset's metadata: user, role, org, active, last_login; see superset/viewers.py."""
    _require_set_up(home)
    url = stores.database_url(home, "mofang_superset")
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(USERS, {"roles": [*access.ROLES, "Admin"]})
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _require_set_up(home: Home) -> None:
    if not (home.folder("superset") / "provisioned").exists():
        raise SupersetError("Superset is not set up yet: run `mofang serve` first")


def _machine_memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _families(home: Home) -> list[tuple[str, str, str]]:
    snapshot = publish.published(home).snapshot
    with closing(lake.connect(home, read_only=True, snapshot=snapshot)) as connection:
        return connection.execute(FAMILIES).fetchall()


def _fingerprint(home: Home, families: list[tuple[str, str, str]]) -> str:
    """Of everything that provisioning depends on; changes when any of it does."""
    digest = hashlib.sha256(json.dumps(families, ensure_ascii=False).encode())
    digest.update(stores.database_url(home, "mofang_superset").encode())
    for path in sources():
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def sources() -> Iterator[Path]:
    """The files that Superset's metadata is made from: another lock may bring another schema."""
    yield from _bundle_files()
    yield from (BUNDLE / "family_colours.json", MENU, Path(access.__file__), LOCK)
    yield from sorted(BUNDLE.glob("*.py"))


def _bundle_files() -> Iterator[Path]:
    yield from sorted(path for part in PARTS for path in BUNDLE.glob(part))


def _set_up(home: Home, folder: Path) -> None:
    head_office = read_rulebook(home.rulebook).head_office.org_code
    _run(home, "set_up.py", f"{ADMIN}\n{admin_password(home)}\n{head_office}\n", str(folder))


def _run(home: Home, program: str, told: str, *arguments: str) -> str:
    """Runs a program of superset/ in Superset's environment; what is secret goes by standard input."""
    python = PROGRAMS / "python"
    if not python.exists():
        raise SupersetError(f"{python} is missing: install requirements/superset.txt into {PROGRAMS.parent}")
    log = home.folder("logs") / f"superset-{program.removesuffix('.py')}.log"
    done = subprocess.run(
        [str(python), str(BUNDLE / program), *arguments],
        input=told,
        capture_output=True,
        text=True,
        env=os.environ | environment(home),
        check=False,
    )
    log.write_text(done.stderr, encoding="utf-8")
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no output"])[-1]
        raise SupersetError(f"Superset's {program} failed: {reason}; see {log}")
    return done.stdout


def _write_bundle(folder: Path, families: list[tuple[str, str, str]]) -> None:
    """A copy of the bundle whose dashboards know the colour of every segment of this installation's tree."""
    colours = label_colours(families)
    for path in _bundle_files():
        target = folder / path.relative_to(BUNDLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        if path.parent.name == "dashboards":
            content["metadata"]["label_colors"] = colours
        target.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def label_colours(families: list[tuple[str, str, str]]) -> dict[str, str]:
    """Colour of each name on either side of the Sankey: its family's."""
    palette: dict[str, str] = json.loads((BUNDLE / "family_colours.json").read_text(encoding="utf-8"))
    named = {name: palette[family] for zh, en, family in families for name in (zh, en)}
    named |= dict.fromkeys(SPECIAL, SPECIAL_COLOUR)
    return {side: colour for name, colour in named.items() for side in (f"{name} →", f"→ {name}")}
