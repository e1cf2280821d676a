"""Dagster and Superset over what a home holds, in one way for a bank and for the demo: set up, started, shown.

How programs are started and stopped is processes.py's business; what Superset shows is superset_service.py's.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import yaml
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from mofang_pipeline import dagster_home, superset_service
from mofang_pipeline.console_steps import AS_BEFORE, shown
from mofang_pipeline.home import Home
from mofang_pipeline.portal.service import service as portal_service
from mofang_pipeline.ports import LOOPBACK, Port, claim_port, locked
from mofang_pipeline.processes import Service, Supervisor, own_program, reap_orphans
from mofang_pipeline.rulebook import read_rulebook, require_valid
from mofang_pipeline.serving.publish import published

DAGSTER_PORT, CODE_PORT, SUPERSET_PORT = 3000, 4000, 8088


class AlreadyServedError(Exception):
    """Another `mofang serve` or demo runs over the same home: two portals and two daemons would disturb each other."""


def serve(home: Home, *, superset: int, dagster: int, wait: bool) -> None:
    """Shows what is published and computes what arrives, until Ctrl-C, or only until all is up.

    Raises NotPublishedError where no day is computed yet, AlreadyServedError.
    """
    console, started = Console(), time.monotonic()
    reap_orphans()
    published(home)
    with alone(home), Supervisor() as supervisor:
        prepare(console, home)
        run(console, home, supervisor, started, superset=superset, dagster=dagster, wait=wait)
    console.print("stopped")


@contextmanager
def alone(home: Home) -> Iterator[None]:
    """While it lasts, nobody else serves the home; a process that is killed leaves nothing that would have to go."""
    with (home.root / "serving.lock").open("w") as claim:
        if not locked(claim):
            raise AlreadyServedError(
                f"{home.root} is served already: stop that `mofang serve` or demo first, "
                "or set MOFANG_HOME to another folder"
            )
        yield


def prepare(console: Console, home: Home) -> None:
    """Sees that the rulebook makes sense and the metadata's server runs."""
    with shown(console, "Rulebook"):
        require_valid(read_rulebook(home.rulebook))
    with shown(console, "Metadata stores"):
        dagster_home.prepare(home)


def run(
    console: Console,
    home: Home,
    supervisor: Supervisor,
    started: float,
    *,
    superset: int = SUPERSET_PORT,
    dagster: int = DAGSTER_PORT,
    wait: bool,
    data_end: date | None = None,
) -> None:
    """Starts all over a home that has something published; a port that is taken gives way to the next free one."""
    to_dagster, to_superset, code = claim_port(dagster), claim_port(superset), claim_port(CODE_PORT)
    supervisor.start(_code_server(home, code, data_end))
    with shown(console, "Superset set up") as step:
        if not superset_service.provision(home):
            step(AS_BEFORE)
    with shown(console, "Definitions loaded"):
        supervisor.wait_healthy()
    for service in _dagster_services(home, to_dagster, code):
        supervisor.start(service)
    supervisor.start(portal_service(home, to_superset.number))
    supervisor.start(superset_service.service(home, to_superset.number))
    with shown(console, "Dagster and Superset answer"):
        supervisor.wait_healthy()
    console.print(_addresses(home, to_dagster, to_superset, time.monotonic() - started))
    if wait:
        _stay(console, supervisor)


def _stay(console: Console, supervisor: Supervisor) -> None:
    try:
        supervisor.watch()
    except KeyboardInterrupt:
        console.print("\nstopping ...")


def _code_server(home: Home, port: Port, data_end: date | None) -> Service:
    """The definitions, loaded once for the web server and the daemon; each alone would load them again and again."""
    module = ("-m", "mofang_pipeline.definitions", "--location-name", "mofang")
    command = (own_program("dagster"), "code-server", "start", *module, *_at(port))
    variables = dagster_home.environment(home)
    if data_end:
        variables |= {"MOFANG_DATA_END": f"{data_end}"}
    log = home.folder("logs") / "dagster-code-server.log"
    return Service("dagster-code-server", command, log, variables, f"tcp://{LOOPBACK}:{port.number}")


def _dagster_services(home: Home, port: Port, code: Port) -> tuple[Service, Service]:
    variables, logs = dagster_home.environment(home), home.folder("logs")
    workspace, prefix = ("-w", str(_workspace(home, code))), _path_prefix()
    place = (*_at(port), "--path-prefix", prefix) if prefix else _at(port)
    webserver = (own_program("dagster-webserver"), *workspace, *place)
    daemon = (own_program("dagster-daemon"), "run", *workspace)
    return (
        Service(
            "dagster-webserver",
            webserver,
            logs / "dagster-webserver.log",
            variables,
            healthy_at=f"http://{LOOPBACK}:{port.number}{prefix}/server_info",
        ),
        Service("dagster-daemon", daemon, logs / "dagster-daemon.log", variables),
    )


def _at(port: Port) -> tuple[str, ...]:
    return "-h", LOOPBACK, "-p", str(port.number)


def _workspace(home: Home, code: Port) -> Path:
    """workspace.yaml's one location, as the code server that runs already."""
    path = home.folder("dagster") / "workspace.yaml"
    server = {"host": LOOPBACK, "port": code.number, "location_name": "mofang"}
    path.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    return path


def _path_prefix() -> str:
    """Where Dagster is found behind the proxy (superset/proxy), which has Superset at its root."""
    return "/dagster" if os.environ.get("MOFANG_BEHIND_TLS") == "1" else ""


def _addresses(home: Home, dagster: Port, superset: Port, seconds: float) -> Panel:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("Superset", f"http://{LOOPBACK}:{superset.number}")
    grid.add_row("  user", superset_service.ADMIN)
    grid.add_row("  password", superset_service.admin_password(home))
    grid.add_row("Dagster UI", f"http://{LOOPBACK}:{dagster.number}{_path_prefix()}")
    grid.add_row("State", str(home.root))
    grid.add_row("Logs", str(home.folder("logs")))
    return Panel(grid, title=f"Mofang is up ({seconds:.0f} s)", subtitle="Ctrl-C stops all", expand=False)
