"""The log as published: what it tells, what it leaves out, and how it vouches for the log itself."""

import sqlalchemy as sa

from mofang_pipeline import audit, lake, published, rules
from mofang_pipeline.control import log
from mofang_pipeline.home import Home
from tests.control.conftest import Tamper

PHONE = "13800138000"


def publish(home: Home) -> None:
    with lake.writer(home) as connection:
        published.create_tables(connection)
        connection.execute("delete from mart.audit_log")  # of an earlier test
        audit.write(connection, home)
        audit.write(connection, home)


def note(database: sa.Engine, text: str) -> None:
    log.append(
        database,
        actor="li",
        action="note.added",
        subject="board",
        payload={"reason": text, "customer": PHONE},
    )


def test_no_payload_and_no_long_number_is_published(home: Home, database: sa.Engine) -> None:
    note(database, f"call {PHONE}")
    row = audit.rows(home, "audit_log")[0]
    assert (row[6], PHONE in str(row)) == ("call ***", False)


def test_writing_again_adds_nothing(home: Home, database: sa.Engine) -> None:
    rules.current(home)
    note(database, "one")
    publish(home)
    with lake.writer(home) as connection:
        found = connection.execute("select seq, action from mart.audit_log order by seq").fetchall()
    assert (found, audit.problems(home)) == ([(1, "rulebook.changed"), (2, "note.added")], [])


def test_a_log_forged_as_a_whole_is_found(home: Home, database: sa.Engine, tamper: Tamper) -> None:
    for text in ("one", "two", "three"):
        note(database, text)
    publish(home)
    tamper("truncate log_entry")
    tamper("update log_head set seq = 0, hash = ''")
    for text in ("one", "zwei"):
        note(database, text)
    assert log.verify(database) == []
    assert audit.problems(home) == [
        "entry 1 was edited: its published copy in mart.audit_log differs",
        "entry 2 was edited: its published copy in mart.audit_log differs",
        "entry 3 was deleted: its published copy is in mart.audit_log",
    ]
