"""Which days a run has to check: its own, and those before that it has computed anew."""

from datetime import date
from typing import Literal

import duckdb

Kind = Literal["wide", "segments", "reconciled"]


def computed(
    connection: duckdb.DuckDBPyConnection, kind: Kind, first: date, last: date, *, restatement_days: int
) -> list[date]:
    """Of the days that are computed: first..last, and earlier ones that already know the last load.

    The books do not say which run computed a day. A day that knows the last load and lies within the
    restatement window may be this run's, so it is checked; after a night that restated nothing there is none.
    """
    rows = connection.execute(
        """
        select distinct day
        from int.computed_day
        where
            kind = $kind
            and (
                day between $first and $last
                or (
                    load_id = (select max(load_id) from landed.touch)
                    and day < $first
                    and day >= (
                        select greatest(max(day), $last) - cast($restatement_days as integer)
                        from int.computed_day where kind = 'wide'
                    )
                )
            )
        order by day
        """,
        {"kind": kind, "first": first, "last": last, "restatement_days": restatement_days},
    ).fetchall()
    return [row[0] for row in rows]


def landed(connection: duckdb.DuckDBPyConnection, first: date, last: date) -> list[date]:
    """Days first..last for which a file is there, and those of the files that the last load brought."""
    rows = connection.execute(
        """
        select distinct dt
        from mart.landing_file
        where dt between $first and $last or load_id = (select max(load_id) from mart.landing_file)
        order by dt
        """,
        {"first": first, "last": last},
    ).fetchall()
    return [row[0] for row in rows]
