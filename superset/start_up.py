"""What Superset does not start on: default secrets, and a well-known password of an administrator.

gunicorn reads this file as its settings (`-c`), so that one line says it before any worker starts; superset_config.py
asks for the secrets again. No DuckDB before gunicorn forks.
"""

import os
import threading
from collections.abc import Iterable
from typing import Any

from sqlalchemy import create_engine, inspect, text
from werkzeug.security import check_password_hash

SECRETS = ("MOFANG_SUPERSET_SECRET_KEY", "MOFANG_SUPERSET_GUEST_SECRET")
DEFAULT_SECRETS = {
    "",
    "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
    "thisISaSECRET_1234",
    "test-guest-secret-change-me",
}
KNOWN_PASSWORDS = ("admin", "password", "superset", "general", "mofang", "123456", "12345678", "admin123")
ADMINISTRATORS = """
select person.username, person.password from ab_user as person
inner join ab_user_role as held on person.id = held.user_id
inner join ab_role as role on held.role_id = role.id
where role.name = 'Admin' and person.active and person.password is not null
order by person.username
"""


def on_starting(server: Any) -> None:
    """gunicorn calls this once, in the process that starts the workers."""
    for name in SECRETS:
        required_secret(name)
    refuse_known_passwords(os.environ["MOFANG_SUPERSET_DB_URL"])


def post_worker_init(worker: Any) -> None:
    """gunicorn calls this in each worker once it can answer: the first chart need not wait for the lake to open."""
    from lake_connection import warm

    threading.Thread(target=warm, daemon=True).start()


def required_secret(name: str) -> str:
    value = os.environ.get(name, "")
    if value in DEFAULT_SECRETS or len(value) < 32:
        raise SystemExit(f"{name} is missing, too short or a well-known default: Superset does not start")
    return value


def refuse_known_passwords(metadata_url: str) -> None:
    """SystemExit names the first administrator whose password is one that everybody knows."""
    engine = create_engine(metadata_url)
    if inspect(engine).has_table("ab_user"):
        with engine.connect() as connection:
            _refuse(connection.execute(text(ADMINISTRATORS)).fetchall())
    engine.dispose()


def _refuse(administrators: Iterable[Any]) -> None:
    for user, hashed in administrators:
        if any(check_password_hash(hashed, known) for known in {user, *KNOWN_PASSWORDS}):
            raise SystemExit(
                f"the password of the administrator {user} is a well-known one: Superset does not start; "
                f"set another with `superset fab reset-password --username {user}`"
            )
