"""A scratch lake with views and a published snapshot, shared by the tests that need a whole one."""

import json
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from starlette.testclient import TestClient

from mofang_pipeline import lake, published, superset_service, users
from mofang_pipeline.cli.application import execute
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.landing import tables as landing_tables
from mofang_pipeline.portal.application import application
from mofang_pipeline.portal.service import service as portal_service
from mofang_pipeline.processes import Supervisor
from mofang_pipeline.segment_sets import actions, members
from mofang_pipeline.serving import publish, views
from tests.superset import dashboards, scratch_campaign, scratch_lake, scratch_rewards
from tests.superset.portal_client import Portal

FIRST_DAY, DAYS, CUSTOMERS = date(2026, 11, 15), 5, 4000
SET_DAYS = date(2026, 11, 18), date(2026, 11, 19)
CONSENTS = """
    insert into lake.landed.customer_identity by name
    select distinct customer_key, sha256('customer ' || customer_key) as token, cast($day as date) as first_dt
    from lake.mart.segment_membership;
    insert into lake.landed.customer by name
    select
        cast($day as date) as dt, 1 as load_id, customer_key as seq, customer_key, '540000' as province_code,
        cast($day as date) as opened_on, 'active' as status, true as has_mobile,
        customer_key % 5 <> 0 as consent_marketing
    from lake.landed.customer_identity
"""
SUPERSET_PYTHON = (
    Path(os.environ.get("MOFANG_SUPERSET_VENV", REPOSITORY / ".venv-superset")) / "bin" / "python"
)


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(home=tmp_path_factory.mktemp("scratch"))
    scratch_lake.build(home, customers=CUSTOMERS, first_day=FIRST_DAY, days=DAYS)
    scratch_campaign.build(home)
    scratch_rewards.build(home)
    with lake.writer(home) as connection:
        landing_tables.create_tables(connection)
        connection.execute(published.statement("tables/push"))
        connection.execute(published.statement("views/push"))
        views.create_views(connection)
        for statement in CONSENTS.split(";"):
            connection.execute(statement, {"day": FIRST_DAY})
        rulebook, sets = actions.known_sets(home)
        members.write_versions(connection, sets)
        for day in SET_DAYS:
            members.write_day(connection, rulebook, sets, day)
        snapshot = lake.latest_snapshot(connection)
    publish.publish(home, snapshot, date(2026, 11, 19))
    return home


PEOPLE = (
    users.Wanted("hq", "000000", "hq_analyst"),
    users.Wanted("boss", "000000", "hq_approver"),
    users.Wanted("tibet", "540000", "branch_analyst"),
    users.Wanted("yunnan", "530000", "branch_approver"),
    users.Wanted("kunming", "530100", "branch_analyst"),
    users.Wanted("postal", "510000", "postal"),
    users.Wanted("data", "000000", "data_team"),
    users.Wanted("audit", "000000", "auditor"),
)


@pytest.fixture(scope="session")
def passwords(scratch: Home) -> dict[str, str]:
    """Of PEOPLE and the administrator, in a Superset that is set up on the scratch lake."""
    superset_service.provision(scratch)
    added = users.add(scratch, "tests", PEOPLE)
    return {each["user"]: each["password"] for each in added} | {
        superset_service.ADMIN: superset_service.admin_password(scratch)
    }


@pytest.fixture(scope="session")
def superset(scratch: Home, passwords: dict[str, str]) -> Iterator[str]:
    """Superset and the portal's service on the scratch lake; its address."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        port = server.getsockname()[1]
    with Supervisor() as supervisor:
        supervisor.start(portal_service(scratch, port))
        supervisor.start(superset_service.service(scratch, port))
        supervisor.wait_healthy()
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def page(scratch: Home, superset: str) -> Iterator[Page]:
    """An administrator's browser; `errors` and `outside` collect what no page may do."""
    with dashboards.browser_page() as page:
        dashboards.watch(page)
        dashboards.log_in(page, superset, superset_service.ADMIN, superset_service.admin_password(scratch))
        yield page


@pytest.fixture(scope="session")
def signed_in() -> dict[str, Any]:
    """User -> the cookies of a session: more than ten log-ins a minute are refused."""
    return {}


@pytest.fixture(scope="module")
def browser_of(
    page: Page, superset: str, passwords: dict[str, str], signed_in: dict[str, Any]
) -> Iterator[Callable[[str], Page]]:
    """User -> that person's own browser, logged in; `errors` and `outside` as for `page`."""
    with ExitStack() as stack:

        @cache
        def of(user: str) -> Page:
            context = stack.enter_context(
                page.context.browser.new_context(
                    viewport=dashboards.SCREEN, storage_state=signed_in.get(user)
                )
            )
            own = context.new_page()
            dashboards.watch(own)
            if user not in signed_in:
                dashboards.log_in(own, superset, user, passwords[user])
                signed_in[user] = context.storage_state()
            return own

        yield of


@pytest.fixture
def mofang(
    scratch: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Any]:
    """Runs a command on the scratch lake; returns what its JSON says."""
    monkeypatch.setenv("MOFANG_HOME", str(scratch.root))

    def run(*arguments: str) -> Any:
        assert execute([*arguments, "--format", "json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture(scope="session")
def portal(scratch: Home) -> TestClient:
    """The portal's service on the scratch lake, without Superset; see portal_client.Portal."""
    return TestClient(application(scratch))


@pytest.fixture
def head_office(portal: TestClient) -> Portal:
    return Portal(portal, "000000", role="hq_analyst")


@pytest.fixture
def tibet(portal: TestClient) -> Portal:
    return Portal(portal, "540000")
