"""Superset's settings for each way of logging in, and what start-up refuses."""

import hashlib
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

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


def metadata(tmp_path, password):
    """Superset's users as far as start-up reads them; returns their database's address."""
    path = tmp_path / "metadata.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "create table ab_user (id int, username text, password text, active boolean);"
            "create table ab_role (id int, name text); create table ab_user_role (user_id int, role_id int);"
            "insert into ab_role values (1, 'Admin'); insert into ab_user_role values (7, 1)"
        )
        salt = "saltsaltsalt"
        digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), 1000).hex()
        hashed = f"pbkdf2:sha256:1000${salt}${digest}"
        connection.execute("insert into ab_user values (7, 'root', ?, true)", [hashed])
        connection.commit()
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    ("password", "secret", "said"),
    [
        ("admin", "x" * 32, "the password of the administrator root is a well-known one"),
        ("root", "x" * 32, "the password of the administrator root is a well-known one"),
        (
            "a1b2c3d4e5f6",
            "thisISaSECRET_1234",
            "MOFANG_SUPERSET_SECRET_KEY is missing, too short or a well-known",
        ),
        ("a1b2c3d4e5f6", "x" * 32, ""),
    ],
)
def test_start_up_refuses_what_everybody_knows(tmp_path, password, secret, said):
    variables = {
        "MOFANG_SUPERSET_DB_URL": metadata(tmp_path, password),
        "MOFANG_SUPERSET_SECRET_KEY": secret,
        "MOFANG_SUPERSET_GUEST_SECRET": "y" * 32,
        "PYTHONPATH": str(BUNDLE),
    }
    done = subprocess.run(
        [SUPERSET_PYTHON, "-c", "import start_up; start_up.on_starting(None)"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | variables,
    )
    assert (done.returncode, done.stderr.startswith(said), done.stderr.count("\n")) == (
        int(bool(said)), True, int(bool(said)),
    )  # fmt: skip
