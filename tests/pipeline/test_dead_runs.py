"""A run of the command line that was killed does not keep the next one waiting for its place."""

import socket
from pathlib import Path

import dagster as dg
import pytest

from mofang_pipeline.dead_runs import TAG, close_dead_runs, this_process

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
