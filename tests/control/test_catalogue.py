"""What the lake adds to DuckLake's catalogue: statements find a table's files by index, however many days there are."""

from contextlib import closing

import psycopg2

from mofang_pipeline import lake, stores
from mofang_pipeline.home import Home


def test_files_are_found_by_table(home: Home) -> None:
    for _ in range(2):  # the first writer makes the catalogue
        with lake.writer(home):
            pass
    with closing(psycopg2.connect(stores.database_url(home, stores.LAKE))) as connection:
        cursor = connection.cursor()
        cursor.execute("select tablename from pg_indexes where indexname like '%_by_table'")
        assert {table for (table,) in cursor.fetchall()} == set(lake.INDEXES)
