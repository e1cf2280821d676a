"""What holds for every test: examples by property are the same in each run and may take as long as they like, so that
no run fails by chance or on a slow machine. What a file's tests leave in the environment, as every run of days does,
ends with the file: no test reads the home or the rulebook of an earlier one.

And who runs which file, where pytest-xdist spreads them over workers: a file is run by one worker, the dearest first,
so that none of them is left over at the end, and files that read the same dear home by the same worker, which then
makes it once.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

settings.load_profile("ci")  # Hypothesis's own

COMPUTED = (  # readers of the session's fixture `computed`
    "tests/pipeline/test_exactness.py",
    "tests/pipeline/test_causes_of_days.py",
    "tests/pipeline/test_assumed_of_customers.py",
)
DEAREST = (
    *COMPUTED,
    "tests/superset/test_roles.py",
    "tests/superset/test_walls_over_http.py",
    "tests/superset/test_portal.py",
    "tests/examples/test_cdnow.py",
    "tests/pipeline/test_late_rows.py",
    "tests/quality/test_blocking.py",
    "tests/pipeline/test_rule_history.py",
    "tests/campaigns/test_planted_campaign.py",
    "tests/pipeline/test_few_files.py",
    "tests/campaigns/test_imported_trial.py",
)


@pytest.fixture(autouse=True, scope="module")
def environment_of_its_own() -> Iterator[None]:
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest files first; within a file, and among the others, the order stays."""
    place = {file: number for number, file in enumerate(DEAREST)}
    items.sort(key=lambda item: place.get(_file(item.nodeid), len(place)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class DearestFirst(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = _file(nodeid)
            return "computed" if file in COMPUTED else file

    config.option.loadscopereorder = False  # else the files with the most tests come first
    return DearestFirst(config, log)


def _file(nodeid: str) -> str:
    return nodeid.split("::", 1)[0]
