"""What steps are given: the installation's home, its lake and its checked rulebook."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb

from mofang_pipeline import lake, published, rules
from mofang_pipeline.dead_runs import name_process
from mofang_pipeline.home import Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.rulebook import Rulebook

_COMPLETE: set[Path] = set()  # homes whose lake has been seen by this process to have all of its own tables


class Mofang(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The installation that MOFANG_HOME names."""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Before a run's first step: from here on it can be told whether the run is alive."""
        if context.instance and context.run:
            name_process(context.instance, context.run)

    @property
    def home(self) -> Home:
        return Home()

    def rulebook(self) -> Rulebook:
        """Those in force, read and checked anew for each step: an invalid rulebook is refused before all else."""
        return rules.in_force(self.home)

    @contextmanager
    def writer(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection that may write, with all of the lake's own tables there."""
        with lake.writer(self.home) as connection:
            if self.home.root not in _COMPLETE:
                landing_tables.create_tables(connection)
                published.create_tables(connection)
                _COMPLETE.add(self.home.root)
            yield connection

    @contextmanager
    def reader(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = lake.connect(self.home, read_only=True)
        try:
            yield connection
        finally:
            connection.close()
