"""Statements that many run at the same time on one instance: run once, told to all, never across instances."""

import threading
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest
from guarded import Fetched, GuardedConnection, Runs

KEY = ("select 1", "None")


class Counted:
    """A run that waits until it may go on."""

    def __init__(self):
        self.times, self.begun, self.may_end = 0, threading.Event(), threading.Event()

    def __call__(self):
        self.times += 1
        self.begun.set()
        assert self.may_end.wait(30)
        return Fetched(("n",), ((self.times,),))


def together(runs, run, keys):
    """All `keys` while the first of them is still running."""
    with ThreadPoolExecutor(len(keys)) as pool:
        first = pool.submit(runs.done, keys[0], run)
        run.begun.wait(30)
        others = [pool.submit(runs.done, key, run) for key in keys[1:]]
        run.may_end.set()
        return [each.result().rows for each in (first, *others)]


def test_the_same_statement_at_the_same_time_runs_once():
    run = Counted()
    assert (together(Runs(), run, [KEY] * 6), run.times) == ([((1,),)] * 6, 1)


def test_another_statement_or_parameter_runs_by_itself():
    run = Counted()
    together(Runs(), run, [("select ?", "[1]"), ("select ?", "[2]"), ("select 2", "None")])
    assert run.times == 3


def test_nothing_is_kept_beyond_the_run():
    runs, run = Runs(), Counted()
    run.may_end.set()
    assert [runs.done(KEY, run).rows for _ in range(2)] == [((1,),), ((2,),)]


def test_an_error_is_told_and_the_next_runs_again():
    def fails():
        raise duckdb.Error("no")

    runs = Runs()
    with pytest.raises(duckdb.Error):
        runs.done(KEY, fails)
    assert runs.done(KEY, lambda: Fetched((), ((1,),))).rows == ((1,),)


@pytest.fixture
def cursor():
    instance = duckdb.connect()
    instance.execute("attach ':memory:' as lake; create schema lake.serving")
    instance.execute("create table lake.serving.day_option as select 2 * range as day from range(5)")
    return GuardedConnection(instance, lambda statement: None, Runs()).cursor()


def test_rows_are_fetched_as_from_any_cursor(cursor):
    cursor.execute("select day from day_option order by day")
    assert [cursor.description[0][0], cursor.fetchone(), cursor.fetchmany(2)] == ["day", (0,), [(2,), (4,)]]
    assert [cursor.fetchall(), cursor.fetchone()] == [[(6,), (8,)], None]
