"""Step 2: typed rows -> dbt -> customer_wide, for the run's days and those that late rows have changed."""

import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, DbtProject, dbt_assets
from dagster_dbt.compat import DBT_PYTHON_VERSION

from mofang_pipeline import computed_days, lake, plan
from mofang_pipeline.home import REPOSITORY
from mofang_pipeline.manifest import dbt_environment
from mofang_pipeline.quality import dbt_tests, results
from mofang_pipeline.steps.partitions import days_of
from mofang_pipeline.steps.resources import Mofang

PROJECT = REPOSITORY / "dbt_project"
LAYERS = {"staging": "staging", "intermediate": "kept_up_state", "marts": "wide_table"}


class Dbt(DbtCliResource):
    """Spares each run what dagster-dbt does before it starts dbt: another start of dbt that asks for its version, and
    dbt's adapter in this process, for metadata of columns that no asset asks for."""

    @property
    def _cli_version(self) -> Any:
        return DBT_PYTHON_VERSION

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


def dbt_resource() -> DbtCliResource:
    """The dbt of this very environment."""
    return Dbt(
        project_dir=str(PROJECT),
        profiles_dir=str(PROJECT),
        dbt_executable=str(Path(sys.executable).with_name("dbt")),
    )


class Translator(DagsterDbtTranslator):
    """dbt's models under Mofang's groups and owners."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        return LAYERS.get(Path(dbt_resource_props["original_file_path"]).parent.name)

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str] | None:
        return ["team:data"]

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey(dbt_resource_props["name"])
        return super().get_asset_key(dbt_resource_props)


def build(days: dg.PartitionsDefinition, manifest: Path) -> dg.AssetsDefinition:
    @dbt_assets(
        manifest=manifest,
        name="build_customer_wide",
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        dagster_dbt_translator=Translator(),
        project=DbtProject(PROJECT, target_path=manifest.parent),
        pool="lake_writer",
    )
    def build_customer_wide(
        context: dg.AssetExecutionContext, dbt: DbtCliResource, mofang: Mofang
    ) -> Iterator[Any]:
        first, last = days_of(context)
        started = time.monotonic()
        restatement_days = mofang.rulebook().settings.restatement_days
        with mofang.writer() as connection:
            todo = plan.make_plan(connection, first, last, restatement_days=restatement_days)
        context.log.info(f"{len(todo.days)} day(s), {len(todo.ledger_ranges)} ledger range(s)")
        dbt_environment(mofang.home)
        os.environ.update(todo.environment())
        os.environ["DBT_TARGET_PATH"] = str(
            manifest.parent
        )  # where dbt finds what was parsed when it was made
        with lake.writer_lock(mofang.home):
            invocation = dbt.cli(["build"], context=context, raise_on_error=False)
            yield from invocation.stream()
        record = dbt_tests.record(invocation.target_path)
        with mofang.writer() as connection:
            results.write(connection, dbt_tests.results(record, [window.first for window in todo.days]))
            if not invocation.is_successful():
                raise dg.Failure(dbt_tests.failed_line(record))
            plan.mark_plan(connection, todo)
            context.log.info(
                f"{time.monotonic() - started:.1f} s; kept state: {computed_days.forget_old_states(connection)}"
            )

    return build_customer_wide
