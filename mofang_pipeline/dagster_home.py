"""Dagster's own configuration: dagster.yaml under MOFANG_HOME, its tables, the variables its processes need.

What Dagster runs is wired in definitions.py, not here.
"""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import yaml

from mofang_pipeline import stores
from mofang_pipeline.home import Home

if TYPE_CHECKING:
    from dagster import DagsterInstance

DATABASE = "mofang_dagster"
SCHEMA_LOCK = 7_460_002  # advisory lock: one process at a time makes or upgrades Dagster's tables
QUIET = {
    "GX_ANALYTICS_ENABLED": "false",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    "DO_NOT_TRACK": "1",
}


def prepare(home: Home) -> Path:
    """Writes dagster.yaml, makes or upgrades Dagster's tables once; returns the folder for DAGSTER_HOME."""
    folder = home.folder("dagster")
    _write_if_changed(folder / "dagster.yaml", yaml.safe_dump(settings(folder), sort_keys=False))
    _migrate_once(home, folder)
    return folder


def environment(home: Home) -> dict[str, str]:
    """Variables for any process of this installation: paths absolute, Postgres by its running server's URL.

    With the URL a child uses the server that this process keeps running, and does not keep one of its own.
    """
    return {
        "MOFANG_HOME": str(home.root),
        "MOFANG_RULEBOOK": str(home.rulebook.expanduser().resolve()),
        "MOFANG_POSTGRES_URL": stores.server_url(home),
        "MOFANG_THREADS": str(home.threads),
        "MOFANG_MEMORY_LIMIT": home.memory_limit,
        "MOFANG_DAGSTER_DB_URL": stores.database_url(home, DATABASE),
        "DAGSTER_HOME": str(home.folder("dagster")),
    } | QUIET


def activate(home: Home) -> Path:
    """`prepare` for this very process, which then runs Dagster in process: sets the variables here too."""
    folder = prepare(home)
    # Not MOFANG_POSTGRES_URL: this process keeps the embedded server itself, and may open another home later.
    variables = environment(home)
    del variables["MOFANG_POSTGRES_URL"]
    os.environ.update(variables)
    return folder


@contextmanager
def instance() -> Iterator["DagsterInstance"]:
    """The active home's records by connections that are kept open: else every event of a run opens several."""
    from dagster import DagsterInstance

    with DagsterInstance.get() as records:
        records.optimize_for_webserver(statement_timeout=0, pool_recycle=3600, max_overflow=20)
        yield records


def settings(folder: Path) -> dict[str, Any]:
    """The content of dagster.yaml. Holds no secret: the database's URL comes from the environment."""
    return {
        "storage": {"postgres": {"postgres_url": {"env": "MOFANG_DAGSTER_DB_URL"}}},
        "local_artifact_storage": {
            "module": "dagster._core.storage.root",
            "class": "LocalArtifactStorage",
            "config": {"base_dir": str(folder / "artifacts")},
        },
        "compute_logs": {
            "module": "dagster._core.storage.local_compute_log_manager",
            "class": "LocalComputeLogManager",
            "config": {"base_dir": str(folder / "compute_logs")},
        },
        # One run at a time: the lake has one writer, a second run would only wait for its lock.
        "concurrency": {
            "runs": {"max_concurrent_runs": 1},
            "pools": {"granularity": "op", "default_limit": 1},
        },
        # A killed run must not keep its place in the queue or its pool's slot: the launcher tells that it is dead.
        "run_launcher": {"module": "mofang_pipeline.dead_runs", "class": "Launcher"},
        "run_monitoring": {
            "enabled": True,
            "start_timeout_seconds": 300,
            "poll_interval_seconds": 30,
            "free_slots_after_run_end_seconds": 60,
        },
        "retention": {
            "schedule": {"purge_after_days": 90},
            "sensor": {"purge_after_days": {"skipped": 7, "failure": 30, "success": 90}},
        },
        "code_servers": {"local_startup_timeout": 300},
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
    }


def _write_if_changed(path: Path, text: str) -> None:
    """By rename, so that another process never reads half a file."""
    if path.exists() and path.read_text() == text:
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(text)
    draft.replace(path)


def _migrate_once(home: Home, folder: Path) -> None:
    from importlib.metadata import version

    marker = folder / f"schema-{version('dagster')}"
    if marker.exists():
        return
    with _schema_lock(home), _variables(environment(home)):
        if not marker.exists():  # another process may have done it while this one waited
            _upgrade(folder)
            marker.touch()


def _upgrade(folder: Path) -> None:
    from dagster import DagsterInstance

    with DagsterInstance.from_config(str(folder)) as instance:
        instance.upgrade()


@contextmanager
def _schema_lock(home: Home) -> Iterator[None]:
    """Two processes that both find no tables would otherwise both create them, and one would fail."""
    with closing(psycopg2.connect(stores.database_url(home, DATABASE))) as connection:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_lock(%s)", (SCHEMA_LOCK,))
        yield


@contextmanager
def _variables(values: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
