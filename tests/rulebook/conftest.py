import pytest
from rulebook_cases import REAL

from mofang_pipeline.rulebook import Rulebook, read_rulebook


@pytest.fixture(scope="session")
def real() -> Rulebook:
    """The rulebook that comes with the project."""
    return read_rulebook(REAL)
