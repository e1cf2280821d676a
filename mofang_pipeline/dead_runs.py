"""Runs whose process was killed: Dagster takes them for running still, with their place in the pool of one writer.

Each run names its process in a tag. Dagster's daemon asks the launcher every half minute and closes those that are
dead; the command line does so before a run of its own. Without this the next night would wait for their place for ever.
"""

import os
import socket

import dagster as dg
import psutil
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

from mofang_pipeline.processes import is_alive

TAG = "mofang/process"
UNFINISHED = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
REASON = "its process was killed"


class Launcher(DefaultRunLauncher):
    """Dagster's own, which can tell whether a run that it launched is still alive; dagster.yaml names it."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """A run that has not named its process yet is taken for alive."""
        if TAG in run.tags and not _is_alive(run.tags[TAG]):
            return CheckRunHealthResult(WorkerStatus.FAILED, REASON)
        return CheckRunHealthResult(WorkerStatus.RUNNING)


def name_process(instance: dg.DagsterInstance, run: dg.DagsterRun) -> None:
    """Notes on the run that this very process executes it."""
    instance.add_run_tags(run.run_id, {TAG: this_process()})


def this_process() -> str:
    """The process, told from a later one with the same number and from those of other machines."""
    return f"{os.getpid()}@{psutil.Process().create_time():.2f}@{socket.gethostname()}"


def close_dead_runs(instance: dg.DagsterInstance) -> list[str]:
    """Marks them as failed, and frees the places of all that have ended; returns the ids of those that were dead."""
    unfinished = instance.get_runs(filters=dg.RunsFilter(statuses=UNFINISHED))
    dead = [run for run in unfinished if TAG in run.tags and not _is_alive(run.tags[TAG])]
    for run in dead:
        instance.report_run_failed(run, REASON)
    _free_places(instance)
    return [run.run_id for run in dead]


def _free_places(instance: dg.DagsterInstance) -> None:
    """Of runs that have ended, in the queue too: the daemon does so a minute later, if it is still there."""
    pools = instance.event_log_storage
    for pool in pools.get_concurrency_keys():
        info = pools.get_concurrency_info(pool)
        for run_id in info.active_run_ids | info.assigned_run_ids | info.pending_run_ids:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                pools.free_concurrency_slots_for_run(run_id)


def _is_alive(process: str) -> bool:
    """Of another machine's nothing is known here: it is let live."""
    number, created, host = process.split("@")
    if host != socket.gethostname():
        return True
    try:
        return is_alive(int(number)) and f"{psutil.Process(int(number)).create_time():.2f}" == created
    except psutil.NoSuchProcess:
        return False
