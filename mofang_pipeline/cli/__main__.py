"""`python -m mofang_pipeline.cli`, the same as `mofang`."""

from mofang_pipeline.cli import main

main()
