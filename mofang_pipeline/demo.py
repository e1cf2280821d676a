"""`mofang demo`: sample data, the whole pipeline, Dagster UI and Superset, until Ctrl-C.

Here: the order of things and what may be skipped. How programs are started and stopped is processes.py's
business; how days are made, computed and shown is that of the modules called.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import yaml
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from mofang_pipeline import dagster_home, lake, superset_service
from mofang_pipeline.demo_campaign import hold_campaign, window_of
from mofang_pipeline.home import Home
from mofang_pipeline.portal.service import service as portal_service
from mofang_pipeline.ports import LOOPBACK, Port, claim_port
from mofang_pipeline.processes import ProcessError, Service, Supervisor, last_line, own_program, reap_orphans
from mofang_pipeline.rulebook import read_rulebook, require_valid
from mofang_pipeline.sample_data import AS_BEFORE, Sample, ensure_landing
from mofang_pipeline.serving.publish import NotPublishedError, published

DAGSTER_PORT, CODE_PORT, SUPERSET_PORT = 3000, 4000, 8088
Step = Callable[[str], None]
# A run would add nothing: computed for all, and by the last load. Rows too late for any run stay stale for good.
COMPUTED_DAYS = """
    select segments.day
    from int.computed_day as segments
    where
        segments.kind = 'segments'
        and not exists (
            select 1 from landed.touch as touch
            where touch.load_id > segments.load_id and touch.known_day <= segments.day
        )
    group by segments.day
    having count(*) = (select count(*) from mart.organisation where level = 'tier1')
"""


def run_demo(home: Home, sample: Sample, *, wait: bool) -> None:
    """Brings everything up and stays until Ctrl-C, or only until all is up; leaves no process behind."""
    console, started = Console(), time.monotonic()
    reap_orphans()
    with Supervisor() as supervisor:
        _prepare(console, home, sample, supervisor)
        dagster, superset = claim_port(DAGSTER_PORT), claim_port(SUPERSET_PORT)
        code = claim_port(CODE_PORT)
        supervisor.start(_code_server(home, code, sample.last))
        with _step(console, "Superset set up") as step:
            if not superset_service.provision(home):
                step(AS_BEFORE)
        with _step(console, "Definitions loaded"):
            supervisor.wait_healthy()
        for service in _dagster_services(home, dagster, code):
            supervisor.start(service)
        supervisor.start(portal_service(home, superset.number))
        supervisor.start(superset_service.service(home, superset.number))
        with _step(console, "Dagster and Superset answer"):
            supervisor.wait_healthy()
        console.print(_addresses(home, dagster, superset, time.monotonic() - started))
        if wait:
            _stay(console, supervisor)
    console.print("stopped")


def _prepare(console: Console, home: Home, sample: Sample, supervisor: Supervisor) -> None:
    with _step(console, "Rulebook"):
        require_valid(read_rulebook(home.rulebook))
    with _step(console, "Metadata stores"):
        dagster_home.prepare(home)
    with _step(console, f"Landing zone, {sample.customers:,} customers") as step:
        ensure_landing(home, sample, step)
    with _step(console, f"Pipeline, {sample.first} to {sample.last}") as step:
        if _is_computed(home, sample):
            step(AS_BEFORE)
        else:
            _compute(home, sample, supervisor, step)


def _stay(console: Console, supervisor: Supervisor) -> None:
    try:
        supervisor.watch()
    except KeyboardInterrupt:
        console.print("\nstopping ...")


def _is_computed(home: Home, sample: Sample) -> bool:
    """Whether every day of the sample is published, complete and not stale."""
    try:
        published(home)
        with closing(lake.connect(home, read_only=True)) as connection:
            days = {row[0] for row in connection.execute(COMPUTED_DAYS).fetchall()}
    except (NotPublishedError, duckdb.Error):
        return False
    wanted = {date.fromordinal(each) for each in range(sample.first.toordinal(), sample.last.toordinal() + 1)}
    return wanted <= days


def _compute(home: Home, sample: Sample, supervisor: Supervisor, step: Step) -> None:
    """The days to the campaign's freezing, the campaign, the days that it moves."""
    window = window_of(sample)
    first = sample.first
    if window is not None:
        _run(home, first, window.frozen_on, supervisor, step)
        hold_campaign(home, sample, step)
        first = window.first
    _run(home, first, sample.last, supervisor, step)


def _run(home: Home, first: date, last: date, supervisor: Supervisor, step: Step) -> None:
    """`mofang run` as a program of its own: what it holds in memory is free again for what follows."""
    log = home.folder("logs") / "run.log"
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mofang_pipeline.cli", "run", "--from", f"{first}"]
    run = Service("run", [*command, "--to", f"{last}"], log, dagster_home.environment(home))
    process = supervisor.start(run)
    if supervisor.wait(process, on_wait=lambda: step(_last_line(run))):
        raise ProcessError(f"{_last_line(run)} (see {log})")


def _last_line(service: Service) -> str:
    """What the program said last, without what every line of it begins with."""
    return last_line(service).split(": ", maxsplit=1)[-1]


def _code_server(home: Home, port: Port, data_end: date) -> Service:
    """The definitions, loaded once for the web server and the daemon; each alone would load them again and again."""
    module = ("-m", "mofang_pipeline.definitions", "--location-name", "mofang")
    command = (
        own_program("dagster"),
        "code-server",
        "start",
        *module,
        "-h",
        LOOPBACK,
        "-p",
        str(port.number),
    )
    variables = dagster_home.environment(home) | {"MOFANG_DATA_END": f"{data_end}"}
    log = home.folder("logs") / "dagster-code-server.log"
    return Service("dagster-code-server", command, log, variables, f"tcp://{LOOPBACK}:{port.number}")


def _dagster_services(home: Home, port: Port, code: Port) -> tuple[Service, Service]:
    variables, logs = dagster_home.environment(home), home.folder("logs")
    workspace = ("-w", str(_workspace(home, code)))
    webserver = (own_program("dagster-webserver"), *workspace, "-h", LOOPBACK, "-p", str(port.number))
    daemon = (own_program("dagster-daemon"), "run", *workspace)
    return (
        Service(
            "dagster-webserver",
            webserver,
            logs / "dagster-webserver.log",
            variables,
            healthy_at=f"http://{LOOPBACK}:{port.number}/server_info",
        ),
        Service("dagster-daemon", daemon, logs / "dagster-daemon.log", variables),
    )


def _workspace(home: Home, code: Port) -> Path:
    """workspace.yaml's one location, as the code server that runs already."""
    path = home.folder("dagster") / "workspace.yaml"
    server = {"host": LOOPBACK, "port": code.number, "location_name": "mofang"}
    path.write_text(yaml.safe_dump({"load_from": [{"grpc_server": server}]}), encoding="utf-8")
    return path


def _addresses(home: Home, dagster: Port, superset: Port, seconds: float) -> Panel:
    grid = Table.grid(padding=(0, 2))
    grid.add_row("Superset", f"http://{LOOPBACK}:{superset.number}")
    grid.add_row("  user", superset_service.ADMIN)
    grid.add_row("  password", superset_service.admin_password(home))
    grid.add_row("Dagster UI", f"http://{LOOPBACK}:{dagster.number}")
    grid.add_row("State", str(home.root))
    grid.add_row("Logs", str(home.folder("logs")))
    return Panel(grid, title=f"Mofang is up ({seconds:.0f} s)", subtitle="Ctrl-C stops all", expand=False)


@contextmanager
def _step(console: Console, title: str) -> Iterator[Step]:
    """Shows the step while it runs, and one line with its time when it is done."""
    started = time.monotonic()
    details: list[str] = []

    def tell(detail: str) -> None:
        line = f"{title}: {detail}"[: console.width - 4]
        if not details or details[-1] != detail:
            details.append(detail)
            status.update(escape(line))
            if not console.is_terminal:
                console.print(f"  {line}", markup=False, highlight=False)

    with console.status(title) as status:
        yield tell
    skipped = " (as before)" if details == [AS_BEFORE] else ""
    console.print(f"✓ {title}{skipped}  {time.monotonic() - started:.1f} s", markup=False)
