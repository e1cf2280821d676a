"""The lakehouse: how to reach it, who may write, and how a partition is replaced.

Layers are schemas: `landed` (typed rows, tokens for persons), `int` (kept-up state, private), `mart` (published).
What a table means lives with the module or dbt model that makes it; here only the mechanics.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

import duckdb
import psycopg2

from mofang_pipeline import stores
from mofang_pipeline.home import Home

ALIAS = "lake"
SCHEMAS = ("landed", "int", "mart")
EXTENSIONS = {"ducklake": "ducklake", "postgres": "postgres_scanner", "icu": "icu"}
WRITER_LOCK = 7_460_001  # advisory lock of the one writer
# By the table that a statement asks for: DuckLake's catalogue itself has no such index, so that each statement would go
# over the files of all tables and all days.
INDEXES = {
    "ducklake_data_file": "table_id",
    "ducklake_delete_file": "table_id",
    "ducklake_file_column_stats": "table_id, column_id",
    "ducklake_file_partition_value": "table_id",
}


class LakeBusyError(Exception):
    """Another process is writing and did not finish in time."""


def connect(home: Home, *, read_only: bool = False, snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB connection with the lake attached as `lake`; `snapshot` pins what a reader sees."""
    connection = duckdb.connect(
        config={
            "threads": home.threads,
            "memory_limit": home.memory_limit,
            "temp_directory": str(home.folder("spill")),  # may hold what is landing: stays within the home
            "extension_directory": extension_folder(home),
        }
    )
    for extension in EXTENSIONS.values():
        connection.execute(f"load {extension}")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(attach_statement(home, read_only=read_only, snapshot=snapshot))
    if not read_only:
        for schema in SCHEMAS:
            connection.execute(f"create schema if not exists {ALIAS}.{schema}")
    connection.execute(f"use {ALIAS}.mart")
    return connection


def attach_statement(home: Home, *, read_only: bool = False, snapshot: int | None = None) -> str:
    options = [f"data_path '{home.lake}/'"]
    if read_only:
        options.append("read_only")
    if snapshot is not None:
        options.append(f"snapshot_version {int(snapshot)}")
    dsn = stores.ducklake_dsn(home).replace("'", "''")
    return f"attach 'ducklake:postgres:{dsn}' as {ALIAS} ({', '.join(options)})"


def extension_folder(home: Home) -> str:
    """DuckDB's extensions, installed once from their wheels: nothing is downloaded at run time."""
    folder = home.folder("extensions")
    marker = folder / f"installed-{duckdb.__version__}"
    if not marker.exists():
        from duckdb_extensions import import_extension

        with duckdb.connect(config={"extension_directory": str(folder)}) as connection:
            for extension in EXTENSIONS:
                import_extension(extension, con=connection)
        marker.touch()
    return str(folder)


@contextmanager
def writer(home: Home, *, wait_seconds: int = 3600) -> Iterator[duckdb.DuckDBPyConnection]:
    """A writing connection; holds the lake's one writer's lock, across processes, until it is left."""
    with writer_lock(home, wait_seconds=wait_seconds):
        connection = connect(home)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def writer_lock(home: Home, *, wait_seconds: int = 3600) -> Iterator[None]:
    """The lock alone, for a writer in another process, such as dbt; freed by the server if the holder dies."""
    lock = psycopg2.connect(stores.database_url(home, "mofang_lake"))
    with closing(lock), lock.cursor() as cursor:
        cursor.execute("select set_config('lock_timeout', %s, false)", (f"{wait_seconds}s",))
        try:
            cursor.execute("select pg_advisory_lock(%s)", (WRITER_LOCK,))
        except psycopg2.errors.LockNotAvailable as error:
            raise LakeBusyError(
                f"another run has been writing for {wait_seconds} s; try again when it ends"
            ) from error
        _index_catalogue(cursor)
        lock.commit()
        yield


def _index_catalogue(cursor: psycopg2.extensions.cursor) -> None:
    """Makes what is missing of INDEXES; a new lake has its tables from the first writer on, and these from the next."""
    for table, columns in INDEXES.items():
        cursor.execute(
            "select to_regclass(%s) is null, to_regclass(%s)", (table, index := f"{table}_by_table")
        )
        if cursor.fetchone() == (False, None):
            cursor.execute(f"create index {index} on {table} ({columns})")


def replace_partition(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    where: str,
    select: str,
    parameters: Mapping[str, Any] | Sequence[Any] | None = None,
) -> int:
    """Replaces exactly the rows of `table` matching `where` with the result of `select`, in one transaction.

    Both texts are the project's own SQL; values go in `parameters` by name. Returns the number of rows written.
    """
    connection.execute("begin")
    try:
        connection.execute(f"delete from {table} where {where}", _used(where, parameters))
        written = connection.execute(
            f"insert into {table} by name {select}", _used(select, parameters)
        ).fetchone()
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    return int(written[0]) if written else 0


def _used(text: str, parameters: Mapping[str, Any] | Sequence[Any] | None) -> Any:
    if isinstance(parameters, Mapping):
        return {name: value for name, value in parameters.items() if f"${name}" in text}
    return parameters


def sql_list(days: Iterable[date]) -> str:
    """Days for `in (...)`, written out: the lake then opens only their partitions."""
    return ", ".join(f"date '{day.isoformat()}'" for day in sorted(days)) or "cast(null as date)"


def latest_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute(f"select max(snapshot_id) from {ALIAS}.snapshots()").fetchone()[0])  # type: ignore[index]


@contextmanager
def outside(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Names without a schema are temporary here: looked up in the lake first, each would ask its catalogue's server."""
    [(search_path,)] = connection.execute("select current_setting('search_path')").fetchall()
    connection.execute("set search_path = 'temp.main'")
    try:
        yield
    finally:
        connection.execute(f"set search_path = '{search_path}'")
