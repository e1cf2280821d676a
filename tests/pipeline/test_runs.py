"""A run of the command line: what it says while it goes on, and how Dagster's pages find it."""

from datetime import date

import dagster as dg
import yaml

from mofang_pipeline import runs
from mofang_pipeline.home import REPOSITORY


@dg.op
def land_files(context: dg.OpExecutionContext) -> None:
    context.log.debug("of no interest")
    context.log.info("customer: 3 of 3 rows loaded")


@dg.op
def landing_quality() -> None:
    """Says nothing."""


def test_progress_names_the_step_that_begins():
    said: list[str] = []

    @dg.job(logger_defs={"console": runs.progress_logger(said.append)})
    def night() -> None:
        land_files()
        landing_quality()

    night.execute_in_process(run_config={"loggers": {"console": {}}})
    assert said == ["step land_files", "customer: 3 of 3 rows loaded", "step landing_quality"]


def test_a_jobs_page_lists_the_run():
    [location] = yaml.safe_load((REPOSITORY / "workspace.yaml").read_text())["load_from"]
    name = location["python_module"]["location_name"]
    tags = runs.run_tags(date(2026, 6, 1), date(2026, 6, 2))
    assert tags[".dagster/repository"] == f"__repository__@{name}"


def test_an_interrupted_run_is_no_failed_one():
    @dg.op
    def interrupted() -> None:
        raise dg.DagsterExecutionInterruptedError

    @dg.op
    def broken() -> None:
        raise ValueError("a broken file")

    def told(op: dg.OpDefinition) -> BaseException:
        job = dg.GraphDefinition(name="night", node_defs=[op]).to_job()
        return runs.failure(job.execute_in_process(raise_on_error=False))

    assert isinstance(told(interrupted), KeyboardInterrupt)
    assert str(told(broken)) == "broken: ValueError: a broken file"
