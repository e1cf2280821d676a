"""Who is in which arm: a salted hash of the customer's token, the same on every machine and in every engine.

Here: the place of a customer under a salt, as SQL and as its Python twin, and how shares cut the places into arms.
Used by holdouts of pushes, arms of campaigns and the global control group. Not here: who is a candidate at all.
"""

import hashlib
from collections.abc import Mapping
from decimal import Decimal

DIGITS = 8  # hexadecimal digits of the hash that count
PLACES = 16**DIGITS


def place(salt: str, token: str) -> int:
    """The customer's place, 0 to PLACES - 1, uniform and independent from one salt to another."""
    return int(hashlib.md5(f"{salt}:{token}".encode(), usedforsecurity=False).hexdigest()[:DIGITS], 16)


def place_sql(salt: str, token: str) -> str:
    """`place` over two SQL text expressions, such as `$salt` and `token`; plain SQL of DuckDB and Spark."""
    digest = f"md5(concat({salt}, ':', {token}))"
    digits = (
        f"(instr('0123456789abcdef', substr({digest}, {position}, 1)) - 1) * {16 ** (DIGITS - position)}"
        for position in range(1, DIGITS + 1)
    )
    return f"({' + '.join(f'cast({digit} as bigint)' for digit in digits)})"


def ranges(shares: Mapping[str, float | Decimal]) -> list[tuple[str, int, int]]:
    """(arm, first place, place after the last) in the order given: rows to join, so that no name is spliced.

    Shares are cut exactly as written in decimal; what they leave of 1 belongs to nobody. ValueError if they do not fit.
    """
    rows, before = [], Decimal(0)
    for arm, share in shares.items():
        after = before + Decimal(str(share))
        if not before <= after <= 1:
            raise ValueError(f"share {share} of {arm}: shares must be between 0 and 1 and sum to 1 at most")
        rows.append((arm, int(before * PLACES), int(after * PLACES)))
        before = after
    return rows


def arm(salt: str, token: str, shares: Mapping[str, float | Decimal]) -> str | None:
    """The arm whose range holds the customer's place; None beyond all of them."""
    here = place(salt, token)
    return next((name for name, first, end in ranges(shares) if first <= here < end), None)


def below_sql(salt: str, token: str, end: str) -> str:
    """True of the customers whose place lies below the SQL expression `end`, such as a holdout's."""
    return f"{place_sql(salt, token)} < {end}"


def places_of(share: float | Decimal) -> int:
    """How many places a share has, for `below_sql`."""
    return ranges({"share": share})[0][2]
