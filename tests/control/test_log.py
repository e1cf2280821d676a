"""The log: what is in it stays as it was, and whatever is done to it behind its back is found."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from mofang_pipeline import stores
from mofang_pipeline.control import log, migrations
from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from tests.control.conftest import Tamper


def add(database: sa.Engine, number: int, **more: object) -> log.Entry:
    return log.append(
        database,
        actor="李雷",
        action="note.added",
        subject="board",
        payload={"n": number},
        **more,  # type: ignore[arg-type]
    )


def test_entries_come_back_as_they_were_added(database: sa.Engine) -> None:
    added = [add(database, number) for number in range(3)]
    assert log.entries(database) == added


def test_entries_by_action_subject_and_seq(database: sa.Engine) -> None:
    add(database, 1)
    log.append(database, actor="a", action="set.saved", subject="s", org_code="540000", payload={})
    found = [
        [entry.seq for entry in log.entries(database, **chosen)]  # type: ignore[arg-type]
        for chosen in (
            {"actions": ["set.saved"]},
            {"subject": "board"},
            {"through": 1},
            {"actions": ["none"]},
        )
    ]
    assert found == [[2], [1], [1], []]


def test_an_untouched_log_is_whole(database: sa.Engine) -> None:
    for number in range(5):
        add(database, number)
    assert log.verify(database) == []


@pytest.mark.parametrize(
    "statement", ["update log_entry set actor = 'x'", "delete from log_entry", "truncate log_entry"]
)
def test_the_database_refuses_changes(database: sa.Engine, statement: str) -> None:
    add(database, 1)
    with pytest.raises(sa.exc.InternalError, match="append-only"), database.begin() as connection:
        connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("update log_entry set payload = '{\"n\":9}' where seq = 2", "entry 2 (note.added board) was edited"),
        (
            "update log_entry set recorded_at = recorded_at - interval '1 s' where seq = 2",
            "entry 2 (note.added",
        ),
        ("update log_entry set payload = 'no json' where seq = 2", "entry 2 (note.added board) was edited"),
        ("delete from log_entry where seq = 2", "entry 2 was deleted"),
        ("delete from log_entry where seq <= 2", "entries 1 to 2 were deleted"),
        ("delete from log_entry where seq = 4", "entry 4 was deleted"),
        ("delete from log_entry", "entries 1 to 4 were deleted"),
        ("update log_head set seq = 3", "entries 4 to 4 are beyond the log's head"),
    ],
)
def test_tampering_is_named(database: sa.Engine, tamper: Tamper, statement: str, expected: str) -> None:
    for number in range(4):
        add(database, number)
    tamper(statement)
    assert [line[: len(expected)] for line in log.verify(database)] == [expected]


def test_an_edit_with_its_hash_made_anew_breaks_the_chain(database: sa.Engine, tamper: Tamper) -> None:
    first = add(database, 1)
    add(database, 2)
    forged = log.digest(first, '{"n":7}')
    tamper(f"update log_entry set payload = '{{\"n\":7}}', hash = '{forged}' where seq = 1")
    assert log.verify(database) == ["entry 2 (note.added board) does not follow entry 1"]


def test_two_appends_at_once_follow_one_another(database: sa.Engine) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: add(database, number), range(40)))
    assert (log.verify(database), log.head(database)[0]) == ([], 40)


def test_who_acts_on_what_he_has_not_seen_is_refused(database: sa.Engine) -> None:
    add(database, 1, expect=0)
    with pytest.raises(Refused, match="changed meanwhile"):
        add(database, 2, expect=0)


def test_two_processes_may_make_the_database_at_once(tmp_path: Path) -> None:
    home = Home(home=tmp_path)
    code = (
        "from mofang_pipeline.home import Home; from mofang_pipeline.control.database import engine;"
        "from mofang_pipeline.control import log; print(log.head(engine(Home()))[0])"
    )
    variables = {"MOFANG_HOME": str(home.root), "MOFANG_POSTGRES_URL": stores.server_url(home), "PATH": ""}
    started = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    assert [process.communicate()[0] for process in started] == ["0\n", "0\n"]


def test_the_newest_migration_is_the_one_named(database: sa.Engine) -> None:
    with database.connect() as connection:
        found = connection.execute(sa.text("select version_num from alembic_version")).scalar()
    assert found == migrations.NEWEST


def test_what_is_not_printable_is_refused(database: sa.Engine) -> None:
    with pytest.raises(Refused, match="actor"):
        log.append(database, actor="a\x00", action="a.b", subject="s", payload={})
