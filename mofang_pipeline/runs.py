"""Runs of the pipeline from the command line: the same jobs as in the Dagster UI, in this process, on its instance."""

import io
import logging
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import date

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluation
from dagster._core.definitions.repository_definition import SINGLETON_REPOSITORY_NAME
from dagster._core.storage.tags import REPOSITORY_LABEL_TAG

from mofang_pipeline import computed_days, dagster_home, lake, rules
from mofang_pipeline.arrivals import has_landed
from mofang_pipeline.campaigns.history import written_campaigns
from mofang_pipeline.dead_runs import TAG, close_dead_runs, this_process
from mofang_pipeline.definitions import build
from mofang_pipeline.home import Home
from mofang_pipeline.serving import publish
from mofang_pipeline.steps.jobs import NIGHTLY, PROVINCES_ALONE, RECONCILIATION

LOCATION = "mofang"  # the code location's name in workspace.yaml

Progress = Callable[[str], None]


class RunFailedError(Exception):
    """A run did not finish; the message is one line: what failed and what to do."""


def run_days(
    home: Home,
    *,
    first: date,
    last: date,
    provinces: tuple[str, ...] = (),
    progress: Progress,
    segments_only: bool = False,
) -> None:
    """Computes the days first..last in one run; with `provinces`, only theirs where the wide table is there already.

    `segments_only`: nothing is landed, and the wide table is taken as it is.

    `progress` is called with one line at a time; it must not print to standard output, which is redirected to it.
    Raises RulebookError before anything runs, RunFailedError when a step or a critical check fails.
    """
    rulebook = rules.in_force(home)
    written_campaigns(home, rulebook)  # refused here, before anything runs
    if unknown := sorted(set(provinces) - set(rulebook.tier1_codes)):
        raise RunFailedError(f"--province {unknown[0]}: no tier-1 branch in organisations.csv")
    if not has_landed(home, last):
        raise RunFailedError(
            f"nothing has landed up to {last}: put files into {home.landing}/<table>/dt=YYYY-MM-DD/"
        )
    dagster_home.activate(home)
    from_wide = segments_only or (provinces and _is_wide_computed(home, first, last))
    job_name = PROVINCES_ALONE if from_wide else NIGHTLY
    _run_job(home, job_name, first, last, _config(provinces), progress)


def run_reconciliation(home: Home, day: date, *, progress: Progress) -> None:
    """Compares the reward rows that have landed, as known on `day`; readers see it unless a night waits to be shown."""
    rules.in_force(home)
    dagster_home.activate(home)
    _run_job(home, RECONCILIATION, day, day, _config(()), progress)
    with lake.writer(home) as connection:
        if not computed_days.has_unpublished_days(connection):
            publish.publish_again(home, lake.latest_snapshot(connection))


def _run_job(
    home: Home, name: str, first: date, last: date, config: dict[str, object], progress: Progress
) -> None:
    definitions = build(home, include=(first, last), loggers={"console": progress_logger(progress)})
    job = definitions.resolve_job_def(name)
    with dagster_home.instance() as instance, redirect_stdout(_Lines(progress)):
        for run_id in close_dead_runs(instance):
            progress(f"run {run_id} was killed before its end: closed")
        result = job.execute_in_process(
            instance=instance,
            run_config=config,
            raise_on_error=False,
            tags=run_tags(first, last),
        )
        if not result.success:
            raise failure(result)


def run_tags(first: date, last: date) -> dict[str, str]:
    """What a run says of itself: its days, its process, and the code location under which the UI lists a job's runs."""
    return {
        TAG: this_process(),
        REPOSITORY_LABEL_TAG: f"{SINGLETON_REPOSITORY_NAME}@{LOCATION}",
        "dagster/asset_partition_range_start": first.isoformat(),
        "dagster/asset_partition_range_end": last.isoformat(),
    }


def _config(provinces: Sequence[str]) -> dict[str, object]:
    quiet: dict[str, object] = {"loggers": {"console": {}}}
    if not provinces:
        return quiet
    scope = {"config": {"provinces": list(provinces)}}
    return quiet | {
        "ops": {name: scope for name in ("segment_membership", "segment_transition_daily", "published")}
    }


def _is_wide_computed(home: Home, first: date, last: date) -> bool:
    with lake.writer(home) as connection:
        if not connection.execute(
            "select 1 from duckdb_tables() where schema_name = 'int' and table_name = 'computed_day'"
        ).fetchone():
            return False
        row = connection.execute(
            "select count(distinct day) from int.computed_day where kind = 'wide' and day between ? and ?",
            [first, last],
        ).fetchone()
    return row is not None and row[0] == (last - first).days + 1


def failure(result: dg.ExecuteInProcessResult) -> BaseException:
    """What the caller is told: that it was interrupted, which Dagster counts among the steps' errors, or the reason."""
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.STEP_FAILURE and (error := event.step_failure_data.error):
            chain = [error]
            while error := error.cause:
                chain.append(error)
            if any(each.cls_name == dg.DagsterExecutionInterruptedError.__name__ for each in chain):
                return KeyboardInterrupt()
    return RunFailedError(_reason(result))


def _reason(result: dg.ExecuteInProcessResult) -> str:
    """One line: the critical checks that failed, else the first failed step's own error."""
    failed = [
        event.event_specific_data
        for event in result.all_events
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ]
    blocking = [
        check
        for check in failed
        if isinstance(check, AssetCheckEvaluation)
        and not check.passed
        and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    if blocking:
        return "; ".join(
            f"blocked by {check.asset_key.to_user_string()}: {check.check_name}: {check.description or 'failed'}"
            for check in blocking
        )
    for event in result.all_events:
        if event.event_type == dg.DagsterEventType.STEP_FAILURE:
            error = event.step_failure_data.error
            while error and error.cause:
                error = error.cause
            text = error.message if error else "failed"
            return f"{event.step_key}: {' '.join(text.split())}"
    return "the run failed; see the Dagster UI"


class _Lines(io.TextIOBase):
    """Takes what dbt prints, line by line, as progress: standard output is for data."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def write(self, text: str, /) -> int:
        for line in filter(str.strip, text.splitlines()):
            self._progress(f"dbt: {line.strip()}")
        return len(text)


def progress_logger(progress: Progress) -> dg.LoggerDefinition:
    """A Dagster logger that hands on which step begins and what it says; nothing of Dagster's own talk."""

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            meta = getattr(record, "dagster_meta", {})
            event = meta.get("dagster_event")
            if event is None:
                if record.levelno >= logging.INFO:
                    progress(meta.get("orig_message") or record.getMessage())
            elif event.event_type == dg.DagsterEventType.STEP_START:
                progress(f"step {event.step_key}")

    @dg.logger
    def console(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("mofang.progress", level=logging.DEBUG)  # the level of a step's start
        logger.addHandler(Handler())
        return logger

    return console
