"""The small made-up bank of the pipeline's tests."""

from tests.pipeline.conftest import landing as landing
