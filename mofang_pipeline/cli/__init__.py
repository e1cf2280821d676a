"""The `mofang` command: reads arguments, calls one function, prints rows or one line of error.

What a command does lives in the modules it calls. Nothing here imports Dagster, dbt or Great Expectations: a
command that only reads must start at once.
"""

from mofang_pipeline.cli.application import main as main
