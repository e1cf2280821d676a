"""Superset's settings for each way of logging in, and what start-up refuses."""

import os
import subprocess
import sys

import pytest

from mofang_pipeline import superset_service
from mofang_pipeline.superset_service import BUNDLE
from tests.superset.conftest import SUPERSET_PYTHON

sys.path.insert(0, str(BUNDLE))
from authentication import settings

LDAP_VARIABLES = {
    "MOFANG_AUTH": "ldap",
    "MOFANG_LDAP_SERVER": "ldaps://ldap.bank.example",
    "MOFANG_LDAP_SEARCH": "ou=people,dc=bank,dc=example",
    "MOFANG_LDAP_BIND_USER": "cn=mofang,dc=bank,dc=example",
    "MOFANG_LDAP_BIND_PASSWORD": "secret",
}
OIDC_VARIABLES = {
    "MOFANG_AUTH": "oidc",
    "MOFANG_OIDC_METADATA": "https://sso.bank.example/.well-known/openid-configuration",
    "MOFANG_OIDC_CLIENT": "mofang",
    "MOFANG_OIDC_SECRET": "secret",
}
LOADED = """
import superset_config as c
from flask_appbuilder.const import AUTH_DB, AUTH_LDAP, AUTH_OAUTH
kind = {AUTH_DB: "password", AUTH_LDAP: "ldap", AUTH_OAUTH: "oidc"}[c.AUTH_TYPE]
print(kind, c.AUTH_USER_REGISTRATION, c.SESSION_COOKIE_SECURE, hasattr(c, "CUSTOM_SECURITY_MANAGER"))
"""


def test_passwords_are_the_default():
    assert settings({})["AUTH_TYPE"] == 1


@pytest.mark.parametrize("variables", [{}, LDAP_VARIABLES, OIDC_VARIABLES])
def test_strangers_get_no_account(variables):
    assert settings(variables)["AUTH_USER_REGISTRATION"] is False


@pytest.mark.parametrize("missing", sorted({*LDAP_VARIABLES, *OIDC_VARIABLES} - {"MOFANG_AUTH"}))
def test_a_missing_variable_is_named(missing):
    given = dict(LDAP_VARIABLES if missing in LDAP_VARIABLES else OIDC_VARIABLES)
    del given[missing]
    with pytest.raises(SystemExit, match=missing):
        settings(given)


@pytest.mark.parametrize(
    "wrong",
    [
        {"MOFANG_AUTH": "kerberos"},
        LDAP_VARIABLES | {"MOFANG_LDAP_SERVER": "ldap://ldap.bank.example"},
        OIDC_VARIABLES | {"MOFANG_OIDC_METADATA": "http://sso.bank.example/"},
    ],
)
def test_an_unsafe_choice_is_refused(wrong):
    with pytest.raises(SystemExit):
        settings(wrong)


@pytest.mark.parametrize("variables", [LDAP_VARIABLES, OIDC_VARIABLES], ids=["ldap", "oidc"])
def test_superset_takes_the_settings_over(scratch, variables):
    environment = os.environ | superset_service.environment(scratch) | variables | {"MOFANG_BEHIND_TLS": "1"}
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", LOADED], capture_output=True, text=True, check=False, env=environment
    )
    own_manager = str(variables is OIDC_VARIABLES)
    assert done.stdout.split()[-4:] == [variables["MOFANG_AUTH"], "False", "True", own_manager], done.stderr[
        -500:
    ]
