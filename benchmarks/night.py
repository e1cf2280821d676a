"""One night, from landing to transitions: in the lake as the pipeline does it, and bare.

Bare is the same code and the same compiled SQL on plain DuckDB tables, in one process: no DuckLake, no catalogue
server, no dbt, no Dagster. Start-up of dbt and Dagster is left out of both. CPU seconds are those of the process that
computes and of the catalogue's server: on a busy machine they say more than the clock.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import psutil

from mofang_pipeline import (
    computed_days,
    lake,
    landing,
    plan,
    profiles,
    published,
    replay,
    segments,
    transitions,
    trees,
)
from mofang_pipeline.home import Home
from mofang_pipeline.manifest import PROJECT, dbt_environment
from mofang_pipeline.rulebook import Rulebook

MODELS = (
    "int_agreement_state",
    "int_account_state",
    "int_customer_state",
    "int_cancelled_payment",
    "int_institution_activity",
    "int_activity",
    "int_institution_state",
    "int_activity_state",
    "int_payment_day_state",
    "customer_wide",
)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of CPU."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


@dataclass(frozen=True)
class Night:
    """What one night costs, by step: landing, every model, and what follows from the wide table."""

    steps: Mapping[str, Cost]

    @property
    def total(self) -> Cost:
        return sum(self.steps.values(), Cost())


def night_in_lake(home: Home, rulebook: Rulebook, day: date, *, first: date | None = None) -> Night:
    """Computes `day`, or `first` to `day`, and what these restate, by the pipeline's own functions and dbt."""
    with lake.writer(home) as connection:
        server = _catalogue_server(home)
        landed = _timed(lambda: land(connection, home, rulebook, day), server)
        todo = plan.make_plan(
            connection, first or day, day, restatement_days=rulebook.settings.restatement_days
        )
    wide = run_dbt(home, todo)
    with lake.writer(home) as connection:
        plan.mark_plan(connection, todo)
        return _after_wide(connection, rulebook, todo, landed, wide, server)


def night_bare(home: Home, rulebook: Rulebook, day: date, compiled: Path) -> Night:
    """The same night on plain tables copied from the lake before `day`; `compiled` holds dbt's compiled models."""
    file = home.root / "bare.duckdb"
    file.unlink(missing_ok=True)
    _copy_lake(home, file)
    with duckdb.connect(config={"threads": home.threads, "memory_limit": home.memory_limit}) as connection:
        connection.execute(f"attach '{file}' as lake")
        connection.execute("use lake.mart")
        landed = _timed(lambda: land(connection, home, rulebook, day))
        todo = plan.make_plan(connection, day, day, restatement_days=rulebook.settings.restatement_days)
        wide = {model: _timed(partial(_run_compiled, connection, todo, compiled, model)) for model in MODELS}
        plan.mark_plan(connection, todo)
        night = _after_wide(connection, rulebook, todo, landed, wide)
    file.unlink()
    return night


def _after_wide(
    connection: duckdb.DuckDBPyConnection,
    rulebook: Rulebook,
    todo: plan.Plan,
    landed: Cost,
    wide: Mapping[str, Cost],
    server: int | None = None,
) -> Night:
    days = [window.first for window in todo.days]
    trees.write_tree(connection, rulebook, days)
    placed = _timed(lambda: [segments.write_membership(connection, rulebook, day) for day in days], server)
    computed_days.mark_segmented(connection, days, rulebook.tier1_codes)
    described = _timed(lambda: [profiles.write_profile(connection, day) for day in days], server)
    described += _timed(lambda: [profiles.write_distribution(connection, day) for day in days], server)
    compared = transitions.days_to_compare(connection, days)
    rules = replay.everywhere(rulebook)
    moved = _timed(
        lambda: [transitions.write_transitions(connection, day, rules, rules) for day in compared], server
    )
    after = {"segments": placed, "profiles": described, "transitions": moved}
    return Night({"landing": landed, **wide, **after})


def land(connection: duckdb.DuckDBPyConnection, home: Home, rulebook: Rulebook, day: date) -> None:
    landing.load(
        connection,
        landing=home.landing,
        through=day,
        organisations=[vars(org) for org in rulebook.organisations.values()],
        token_key=home.secret("token_key"),
        timezone=rulebook.settings.timezone,
        restatement_days=rulebook.settings.restatement_days,
    )


def run_dbt(home: Home, todo: plan.Plan) -> dict[str, Cost]:
    """Runs dbt in a process of its own and returns what each model alone cost."""
    dbt_environment(home)
    os.environ.update(todo.environment(), DBT_PROFILES_DIR=str(PROJECT))
    with (
        lake.writer_lock(home),
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process,
    ):
        costs = process.submit(_models_cost, home.folder("bench"), _catalogue_server(home)).result()
    return {model: costs[model] for model in MODELS}


def _models_cost(target: Path, server: int) -> dict[str, Cost]:
    from dbt.cli.main import dbtRunner

    started: dict[str, Cost] = {}
    costs: dict[str, Cost] = {}

    def note(event: Any) -> None:
        if event.info.name == "NodeStart":
            started[event.data.node_info.node_name] = _clocks(server)
        elif event.info.name == "NodeFinished":
            name = event.data.node_info.node_name
            costs[name] = _since(started[name], _clocks(server))

    paths = ["--project-dir", str(PROJECT), "--target-path", str(target), "--log-path", str(target)]
    done = dbtRunner(callbacks=[note]).invoke(["run", "--quiet", *paths])
    if not done.success:
        raise RuntimeError(f"dbt run failed, see {target}/dbt.log")
    return costs


def _run_compiled(connection: duckdb.DuckDBPyConnection, todo: plan.Plan, compiled: Path, model: str) -> None:
    text = next(compiled.rglob(f"{model}.sql")).read_text()
    ledger = "'__last__'" in text
    table = f"lake.{'mart' if model == 'customer_wide' else 'int'}.{model}"
    for window in todo.ledger_ranges if ledger else todo.days:
        filled = text
        for mark, value in window.as_vars().items():
            filled = filled.replace(f"__{mark}__", value)
        between = f"between date '{window.first}' and date '{window.last}'"
        connection.execute(f"delete from {table} where {'known_day' if ledger else 'day'} {between}")
        connection.execute(f"insert into {table} by name {filled}")


def _copy_lake(home: Home, file: Path) -> None:
    """Every table of the lake as a plain one; staging views as they are."""
    connection = lake.connect(home, read_only=True)
    connection.execute(f"attach '{file}' as bare")
    for schema in lake.SCHEMAS:
        connection.execute(f"create schema if not exists bare.{schema}")
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'lake'"
    ).fetchall()
    for schema, table in tables:
        connection.execute(f"create table bare.{schema}.{table} as from lake.{schema}.{table}")
    views = connection.execute(
        "select sql from duckdb_views() where database_name = 'lake' and schema_name = 'int'"
    ).fetchall()
    connection.close()
    with duckdb.connect() as copy:
        copy.execute(f"attach '{file}' as lake")
        copy.execute("use lake.int")
        for (sql,) in views:
            copy.execute(sql)


def _timed(work: Callable[[], object], server: int | None = None) -> Cost:
    """What `work` costs this process, and the catalogue's server with the process id `server`."""
    started = _clocks(server)
    work()
    return _since(started, _clocks(server))


def _clocks(server: int | None) -> Cost:
    return Cost(time.monotonic(), time.process_time() + (_server_cpu(server) if server else 0.0))


def _since(start: Cost, end: Cost) -> Cost:
    return Cost(end.wall - start.wall, end.cpu - start.cpu)


def _server_cpu(server: int) -> float:
    """CPU seconds of a Postgres: its own, of the backends that have ended, and of those at work."""
    parent = psutil.Process(server)
    return sum(parent.cpu_times()[:4]) + sum(sum(each.cpu_times()[:4]) for each in parent.children())


def _catalogue_server(home: Home) -> int:
    return int((home.root / "postgres" / "postmaster.pid").read_text().split()[0])


def compile_models(home: Home, target: Path) -> Path:
    """dbt's compiled models under `target`, with the day marks still in them."""
    dbt_environment(home)
    command = [str(Path(sys.executable).with_name("dbt")), "compile", "--quiet", "--target-path", str(target)]
    subprocess.run(
        [*command, "--log-path", str(target)],
        cwd=PROJECT,
        env=os.environ | {"DBT_PROFILES_DIR": str(PROJECT)},
        check=True,
    )
    return target / "compiled"


def prepare(home: Home, rulebook: Rulebook, day: date) -> None:
    """Makes the lake know everything up to the day before `day`, and computes what an ordinary night finds: the days
    that it restates, and the day before them, from which those are rolled on.
    """
    with lake.writer(home) as connection:
        landing.create_tables(connection)
        published.create_tables(connection)
        published.write_organisations(connection, rulebook)
    night_in_lake(
        home, rulebook, day - plan.DAY, first=day - plan.DAY * (rulebook.settings.restatement_days + 1)
    )
