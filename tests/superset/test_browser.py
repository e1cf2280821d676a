"""A real Superset on the scratch lake: set up once, and closed to whoever tries what everybody knows.

What each role sees in it is test_roles.py's.
"""

from mofang_pipeline import superset_service
from tests.superset import dashboards


def test_provisioning_again_changes_nothing(scratch, superset):
    assert superset_service.provision(scratch) is False


def test_nobody_gets_in_with_a_default_password(superset):
    with dashboards.browser_page() as page:
        page.goto(f"{superset}/login/")
        page.fill("#username", "admin")
        page.fill("#password", "admin")
        with page.expect_navigation(timeout=60_000):
            page.press("#password", "Enter")
        assert "/login" in page.url
