"""How people prove who they are: Superset's own passwords, a directory (LDAP), or single sign-on (OIDC).

Only names that `mofang users` has added get in, whichever it is: role and organisation never come from outside. Returns
Flask-AppBuilder's settings; superset_config.py takes them over.
"""

from collections.abc import Mapping
from typing import Any

DATABASE, LDAP, OAUTH = 1, 2, 4  # flask_appbuilder.const: AUTH_DB, AUTH_LDAP, AUTH_OAUTH
NO_STRANGERS = {"AUTH_USER_REGISTRATION": False, "AUTH_ROLES_SYNC_AT_LOGIN": False}


def settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """From MOFANG_AUTH (password, ldap or oidc) and its variables; SystemExit names one that is missing."""
    kinds = {"password": _password, "ldap": _ldap, "oidc": _oidc}
    kind = environment.get("MOFANG_AUTH", "password")
    if kind not in kinds:
        raise SystemExit(f"MOFANG_AUTH is {kind}: password, ldap or oidc")
    return NO_STRANGERS | kinds[kind](environment)


def _password(environment: Mapping[str, str]) -> dict[str, Any]:
    return {"AUTH_TYPE": DATABASE, "FAB_PASSWORD_COMPLEXITY_ENABLED": True}


def _ldap(environment: Mapping[str, str]) -> dict[str, Any]:
    server = _needed(environment, "MOFANG_LDAP_SERVER")
    if not server.startswith("ldaps://") and environment.get("MOFANG_LDAP_START_TLS") != "1":
        raise SystemExit(
            "MOFANG_LDAP_SERVER is not ldaps:// and MOFANG_LDAP_START_TLS is not 1: set one of them"
        )
    return {
        "AUTH_TYPE": LDAP,
        "AUTH_LDAP_SERVER": server,
        "AUTH_LDAP_USE_TLS": environment.get("MOFANG_LDAP_START_TLS") == "1",
        "AUTH_LDAP_ALLOW_SELF_SIGNED": False,
        "AUTH_LDAP_TLS_DEMAND": True,
        "AUTH_LDAP_SEARCH": _needed(environment, "MOFANG_LDAP_SEARCH"),
        "AUTH_LDAP_UID_FIELD": environment.get("MOFANG_LDAP_UID_FIELD", "uid"),
        "AUTH_LDAP_BIND_USER": _needed(environment, "MOFANG_LDAP_BIND_USER"),
        "AUTH_LDAP_BIND_PASSWORD": _needed(environment, "MOFANG_LDAP_BIND_PASSWORD"),
    }


def _oidc(environment: Mapping[str, str]) -> dict[str, Any]:
    address = _needed(environment, "MOFANG_OIDC_METADATA")
    if not address.startswith("https://"):
        raise SystemExit("MOFANG_OIDC_METADATA is not an https:// address")
    provider = {
        "name": "oidc",
        "icon": "fa-key",
        "token_key": "access_token",
        "remote_app": {
            "client_id": _needed(environment, "MOFANG_OIDC_CLIENT"),
            "client_secret": _needed(environment, "MOFANG_OIDC_SECRET"),
            "server_metadata_url": address,
            "client_kwargs": {"scope": "openid profile email"},
        },
    }
    return {"AUTH_TYPE": OAUTH, "OAUTH_PROVIDERS": [provider]}


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise SystemExit(f"{name} is missing: MOFANG_AUTH={environment['MOFANG_AUTH']} needs it")
    return value
