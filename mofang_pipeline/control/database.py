"""The control database `mofang_control`, on the one Postgres, with its schema brought up to date on first use."""

from functools import cache

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from mofang_pipeline import stores
from mofang_pipeline.control import migrations
from mofang_pipeline.home import Home

DATABASE = "mofang_control"
SCHEMA_LOCK = 7_460_003  # advisory lock: one process at a time upgrades the schema


def engine(home: Home) -> sa.Engine:
    """An engine on the installation's control database, whose schema is the newest."""
    return _ready(stores.database_url(home, DATABASE))


@cache
def _ready(url: str) -> sa.Engine:
    made = sa.create_engine(url, poolclass=NullPool)  # a connection is a few ms; none is left open
    if _revision(made) != migrations.NEWEST:
        _upgrade(made)
    return made


def _revision(engine: sa.Engine) -> str | None:
    """The schema's revision, without Alembic, whose import takes longer than the question."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("select version_num from alembic_version")).scalar()


def _upgrade(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "mofang_pipeline.control:migrations")
    with engine.begin() as connection:
        # Freed with the transaction. A second process waits here, then finds nothing left to do.
        connection.execute(sa.text("select pg_advisory_xact_lock(:lock)"), {"lock": SCHEMA_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
