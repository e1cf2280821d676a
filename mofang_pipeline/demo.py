"""`mofang demo`: sample data, the whole pipeline, Dagster UI and Superset, until Ctrl-C.

Here: the order of things and what may be skipped. From the published days on it is what `mofang serve` does
(services.py); how days are made and computed is the business of the modules called.
"""

import sys
import time
from contextlib import closing
from datetime import date

import duckdb
from rich.console import Console

from mofang_pipeline import dagster_home, lake, services
from mofang_pipeline.console_steps import AS_BEFORE, Step, shown
from mofang_pipeline.demo_campaign import hold_campaign, window_of
from mofang_pipeline.home import Home
from mofang_pipeline.processes import ProcessError, Service, Supervisor, last_line, reap_orphans
from mofang_pipeline.sample_data import Sample, ensure_landing
from mofang_pipeline.serving.publish import NotPublishedError, published

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
    with services.alone(home), Supervisor() as supervisor:
        _prepare(console, home, sample, supervisor)
        services.run(console, home, supervisor, started, wait=wait, data_end=sample.last)
    console.print("stopped")


def _prepare(console: Console, home: Home, sample: Sample, supervisor: Supervisor) -> None:
    services.prepare(console, home)
    with shown(console, f"Landing zone, {sample.customers:,} customers") as step:
        ensure_landing(home, sample, step)
    with shown(console, f"Pipeline, {sample.first} to {sample.last}") as step:
        if _is_computed(home, sample):
            step(AS_BEFORE)
        else:
            _compute(home, sample, supervisor, step)


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
