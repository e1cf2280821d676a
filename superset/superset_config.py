"""Superset's settings for Mofang. Everything that differs between installations comes from the environment.

`mofang_pipeline/superset_service.py` sets that environment; the look is look.py's, the lake lake_connection.py's.
"""

import os
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import authentication
from cachelib import FileSystemCache
from front_end import ignore_colours
from lake_connection import mutate_connection
from look import FAVICONS, theme  # noqa: F401 - Superset reads FAVICONS here
from start_up import required_secret
from wording import complete_chinese


def extend_app(app: object) -> None:
    """Superset calls this once, before its own views are set up."""
    from portal import add_portal  # needs the application's context

    complete_chinese(app)
    ignore_colours(app)
    add_portal(app)


def theme_now() -> dict[str, object]:
    """Superset asks for it at each page."""
    from portal import language

    return theme(language())


STATE = Path(os.environ["MOFANG_SUPERSET_STATE"])
BEHIND_TLS = os.environ.get("MOFANG_BEHIND_TLS") == "1"

SECRET_KEY = required_secret("MOFANG_SUPERSET_SECRET_KEY")
GUEST_TOKEN_JWT_SECRET = required_secret("MOFANG_SUPERSET_GUEST_SECRET")
SQLALCHEMY_DATABASE_URI = os.environ["MOFANG_SUPERSET_DB_URL"]
SQLALCHEMY_EXAMPLES_URI = None
DATA_DIR = str(STATE)

# Reaching the lake. SQL Lab stays with administrators: no other role gets its permissions.
DB_CONNECTION_MUTATOR = mutate_connection
PREVENT_UNSAFE_DB_CONNECTIONS = True
FEATURE_FLAGS = {
    "DASHBOARD_RBAC": True,
    "ENABLE_TEMPLATE_PROCESSING": False,
    "ALERT_REPORTS": False,
    "EMBEDDED_SUPERSET": False,
    "THUMBNAILS": False,
    "ALLOW_FULL_CSV_EXPORT": False,
}
ROW_LIMIT = 10000
SQL_MAX_ROW = 50000
SUPERSET_WEBSERVER_TIMEOUT = 60

# Caches. Chart data and filter values belong to the published snapshot and the user's scope.
CACHE_DEFAULT_TIMEOUT = int(timedelta(hours=24).total_seconds())


def _files(name: str, timeout: timedelta, backend: str = "FileSystemCache") -> dict[str, object]:
    return {
        "CACHE_TYPE": backend,
        "CACHE_DIR": str(STATE / "cache" / name),
        "CACHE_DEFAULT_TIMEOUT": int(timeout.total_seconds()),
        "CACHE_THRESHOLD": 5000,
    }


CACHE_CONFIG = _files("metadata", timedelta(hours=24))
DATA_CACHE_CONFIG = _files("data", timedelta(hours=24), "lake_connection.scope_cache")
FILTER_STATE_CACHE_CONFIG = _files("filter_state", timedelta(days=90))
EXPLORE_FORM_DATA_CACHE_CONFIG = _files("explore", timedelta(days=7))

# Who gets in.
globals().update(authentication.settings(os.environ))
if os.environ.get("MOFANG_AUTH") == "oidc":
    from single_sign_on import OidcSecurityManager

    CUSTOM_SECURITY_MANAGER = OidcSecurityManager

# Sessions, rates, headers.
SESSION_SERVER_SIDE = True
SESSION_TYPE = "cachelib"
SESSION_CACHELIB = FileSystemCache(str(STATE / "sessions"), threshold=10000, mode=0o600)
SESSION_COOKIE_NAME = "mofang_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = BEHIND_TLS  # plain HTTP only on loopback
PERMANENT_SESSION_LIFETIME = timedelta(hours=8)
SESSION_REFRESH_EACH_REQUEST = False  # a slow answer would write back the session as it found it
ENABLE_PROXY_FIX = BEHIND_TLS
WTF_CSRF_ENABLED = True
RATELIMIT_ENABLED = True
RATELIMIT_APPLICATION = "500 per second"
AUTH_RATE_LIMITED = True
AUTH_RATE_LIMIT = "10 per minute"
TALISMAN_ENABLED = True
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "font-src": ["'self'"],
        "script-src": ["'self'", "'strict-dynamic'"],
        "frame-ancestors": ["'self'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,  # TLS ends at the proxy
    "session_cookie_secure": BEHIND_TLS,
}
CONTENT_SECURITY_POLICY_WARNING = False
PUBLIC_ROLE_LIKE = None

# Look and language.
APP_NAME = "智慧魔方 Mofang"
LANGUAGES = {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "us", "name": "English"}}
BABEL_DEFAULT_LOCALE = "zh"
FLASK_APP_MUTATOR = extend_app
THEME_DEFAULT = theme_now
THEME_DARK = None
ENABLE_UI_THEME_ADMINISTRATION = False
LOGO_TARGET_PATH = "/mofang/"
