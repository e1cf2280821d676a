"""A run that was killed does not keep the next one waiting for its place."""

import socket
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.launcher import WorkerStatus

from mofang_pipeline import dagster_home
from mofang_pipeline.dead_runs import TAG, Launcher, close_dead_runs, this_process
from mofang_pipeline.steps.resources import Mofang

DEAD = f"1@0.00@{socket.gethostname()}"  # process 1 began later than 1970
ELSEWHERE = "1@0.00@another-machine"


@dg.op(pool="lake_writer")
def write() -> None:
    """Takes the pool's only place."""


@dg.job
def night() -> None:
    write()


@pytest.mark.parametrize(
    ("process", "is_closed"),
    [(DEAD, True), (this_process(), False), (ELSEWHERE, False)],
    ids=["dead", "this one", "another machine's"],
)
def test_the_place_of_a_dead_run_is_freed(tmp_path: Path, process: str, is_closed: bool) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        run = instance.create_run_for_job(night, tags={TAG: process}, status=dg.DagsterRunStatus.STARTED)
        pools = instance.event_log_storage
        pools.set_concurrency_slots("lake_writer", 1)
        assert pools.claim_concurrency_slot("lake_writer", run.run_id, "write").is_claimed
        assert close_dead_runs(instance) == ([run.run_id] if is_closed else [])
        taken = pools.get_concurrency_info("lake_writer").active_slot_count
        assert taken == (0 if is_closed else 1)


def test_what_ended_and_what_died_waiting_lets_the_next_run_pass(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        ended = instance.create_run_for_job(night, tags={TAG: DEAD}, status=dg.DagsterRunStatus.FAILURE)
        waiting = instance.create_run_for_job(night, tags={TAG: DEAD}, status=dg.DagsterRunStatus.STARTED)
        pools = instance.event_log_storage
        pools.set_concurrency_slots("lake_writer", 1)
        pools.claim_concurrency_slot("lake_writer", ended.run_id, "write")
        pools.claim_concurrency_slot("lake_writer", waiting.run_id, "write")
        assert close_dead_runs(instance) == [waiting.run_id]
        later = instance.create_run_for_job(night, tags={TAG: this_process()})
        assert pools.claim_concurrency_slot("lake_writer", later.run_id, "write").is_claimed


@dg.op
def compute(mofang: Mofang) -> None:
    """Any step: all are given the installation."""


@dg.job(resource_defs={"mofang": Mofang()})
def nightly() -> None:
    compute()


def test_a_run_names_its_process_whoever_launched_it(tmp_path: Path) -> None:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        run = instance.get_run_by_id(nightly.execute_in_process(instance=instance).run_id)
    assert run is not None and run.tags[TAG] == this_process()


@pytest.mark.parametrize(
    ("tags", "status"),
    [
        ({TAG: DEAD}, WorkerStatus.FAILED),
        ({TAG: this_process()}, WorkerStatus.RUNNING),
        ({TAG: ELSEWHERE}, WorkerStatus.RUNNING),
        ({}, WorkerStatus.RUNNING),
    ],
    ids=["dead", "this one", "another machine's", "not begun"],
)
def test_the_daemon_learns_of_a_dead_run(tags: dict[str, str], status: WorkerStatus) -> None:
    launcher = Launcher()
    assert launcher.supports_check_run_worker_health
    assert launcher.check_run_worker_health(dg.DagsterRun("nightly", tags=tags)).status == status


def test_a_home_has_that_launcher(tmp_path: Path) -> None:
    settings = dagster_home.settings(tmp_path)
    with dg.DagsterInstance.local_temp(str(tmp_path), {"run_launcher": settings["run_launcher"]}) as instance:
        assert isinstance(instance.run_launcher, Launcher)
