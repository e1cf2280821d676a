"""How chance is drawn: SQL macros over DuckDB's hash(), and lotteries for tables of shares.

Every draw is a function of (seed, customer, purpose) or (seed, customer, day, purpose), so nothing depends
on what else is generated. DuckDB's hash() is stable for a pinned version of DuckDB.
"""

from collections.abc import Sequence

import duckdb

MACROS = """
-- a new 64-bit hash of a key for a purpose
create macro mix(key, purpose) as hash(xor(key, hash(purpose)));
-- a number in (0, 1)
create macro unit(h) as ((h >> 11)::double + 0.5) / 9007199254740992.0;
create macro draw(key, purpose) as unit(mix(key, purpose));
-- a whole number in [0, n)
create macro pick(key, purpose, n) as (mix(key, purpose) % (n)::ubigint)::int;
-- a standard normal
create macro normal(key, purpose) as
    sqrt(-2 * ln(draw(key, purpose))) * cos(2 * pi() * draw(key, purpose || ' angle'));
-- an amount in fen, lognormal, from a median in yuan
create macro money(median, sigma, z) as round(100 * median * exp(sigma * z))::bigint;
create macro cycle_of(day, anchor, length) as floor((day - anchor) / (length)::double)::int;
create macro as_date(day) as (date '1970-01-01' + (day)::int);
create macro as_time(day, second) as epoch_ms(((day)::bigint * 86400 + second) * 1000);
create macro customer_name(number) as lpad(number::varchar, 12, '0');
create macro account_name(number, card) as 'A' || lpad((number * 10 + card)::varchar, 13, '0');
create macro agreement_name(number, period, rank) as
    'G' || lpad((number * 100 + period * 10 + rank)::varchar, 14, '0');
"""


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Define the macros on a connection."""
    connection.execute(MACROS)


def lottery(weights: Sequence[float], tickets: int) -> list[int]:
    """Share out `tickets` in proportion to `weights` by largest remainder; which index each ticket wins."""
    shares = [weight / sum(weights) * tickets for weight in weights]
    counts = [int(share) for share in shares]
    by_remainder = sorted(range(len(shares)), key=lambda i: (counts[i] - shares[i], i))
    for index in by_remainder[: tickets - sum(counts)]:
        counts[index] += 1
    return [index for index, count in enumerate(counts) for _ in range(count)]
