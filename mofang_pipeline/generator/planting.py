"""A known effect in a made-up bank: more payments by the customers of a campaign's treatment arms.

Landed beside the generator's own files, so that the whole pipeline has to find it: docs/campaigns.md walks through it.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as parquet  # type: ignore[import-untyped]

from mofang_pipeline.assignment import place_sql, places_of
from mofang_pipeline.generator.write import SCHEMAS
from mofang_pipeline.landing.identity import hmac_pads, token

FILE = "planted.parquet"
PLANTED = f"""
with owner as (
    select customer_id, min(account_id) as account_id
    from read_parquet($accounts, union_by_name = true)
    where opened_on <= $first and closed_on is null
    group by customer_id
),

known as (
    select account_id, {token("customer_id")} as token from owner
),

chosen as (
    select account_id, {place_sql("$salt", "token")} as place
    from known
    where token in (select unnest($tokens)) and {place_sql("$salt", "token")} < $end
),

dated as (
    select *, cast($first + cast(place % $days as integer) as date) as day from chosen
)

select
    'PLANTED-' || $salt || '-' || account_id as txn_id, account_id,
    cast(day as timestamp) + interval 12 hour as paid_at, cast($amount_fen as bigint) as amount_fen,
    null as institution_code, null as agreement_id, null as rail,
    null as mcc, 'purchase' as kind, 'success' as status, null as fail_reason, null as original_txn_id, day
from dated
order by account_id
"""


def plant_payments(
    landing: Path,
    tokens: Sequence[str],
    *,
    token_key: bytes,
    first: date,
    last: date,
    share: float = 1.0,
    amount_fen: int = 5_000,
    salt: str = "planted",
) -> int:
    """One more payment on one of the days first..last for `share` of the customers with these tokens.

    Returns the customers who pay it: those without an open account cannot. The same call writes the same files.
    """
    inner, outer = hmac_pads(token_key)
    values = {
        "accounts": str(landing / "account" / "dt=*" / "*.parquet"), "tokens": list(tokens), "inner": inner,
        "outer": outer, "first": first, "days": (last - first).days + 1, "end": places_of(share),
        "amount_fen": amount_fen, "salt": salt,
    }  # fmt: skip
    with duckdb.connect() as connection:
        planted = connection.execute(PLANTED, values).to_arrow_table()
    for day in sorted(set(planted["day"].to_pylist())):
        folder = landing / "payment" / f"dt={day}"
        folder.mkdir(parents=True, exist_ok=True)
        of_day = planted.filter([each == day for each in planted["day"].to_pylist()]).drop_columns(["day"])
        parquet.write_table(of_day.cast(SCHEMAS["payment"]), folder / FILE)
    return int(planted.num_rows)
