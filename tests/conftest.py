"""What holds for every test: examples by property are the same in each run, so that no run fails by chance; and how
tests are spread over workers: file by file, but for those that need a running Superset, which share one.
"""

import pytest
from hypothesis import settings

settings.register_profile("same_examples", derandomize=True)
settings.load_profile("same_examples")


@pytest.hookimpl(tryfirst=True)  # xdist reads the marks at the same moment
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    started = {item.path for item in items if "passwords" in getattr(item, "fixturenames", ())}
    for item in items:
        group = "superset" if item.path in started else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
