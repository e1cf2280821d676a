"""From tokens back to the bank's ids, for the holder of the key alone.

The lake cannot do it: a token is a keyed hash. With the key, the ids of the landed customer files are hashed again and
those that match are named. Nothing is kept; the result goes to whoever asked.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from mofang_pipeline.landing.identity import hmac_pads, token
from mofang_pipeline.refusals import Refused

FORMATS = {"*.parquet": "read_parquet", "*.csv": "read_csv", "*.csv.gz": "read_csv"}


def detokenise(listed: Path, landing: Path, key_file: Path) -> list[tuple[str, str]]:
    """(token, customer_id) of every token in the pushed file `listed` that a landed customer has."""
    inner, outer = hmac_pads(_key(key_file))
    with duckdb.connect() as connection:
        wanted = _tokens(connection, listed)
        connection.execute("create temp table landed_id (customer_id varchar)")
        for pattern, reader in FORMATS.items():
            files = [str(path) for path in sorted((landing / "customer").glob(f"dt=*/{pattern}"))]
            _read(connection, reader, files)
        found = dict(
            connection.execute(
                f"select {token('customer_id')}, customer_id from (select distinct customer_id from landed_id)",
                {"inner": inner, "outer": outer},
            ).fetchall()
        )
    matched = [(each, found[each]) for each in wanted if each in found]
    if wanted and not matched:
        raise Refused(
            f"no token of {listed} matches: {key_file} is not the key that made them, or the customers are not landed",
            f"{listed} 中没有任何令牌匹配，密钥文件不对或客户未落地",
        )
    return matched


def _key(key_file: Path) -> bytes:
    """The key as it is kept in MOFANG_HOME/secrets; never made here."""
    try:
        return bytes.fromhex(key_file.read_text(encoding="ascii").strip())
    except (OSError, ValueError) as error:
        raise Refused(
            f"the token key {key_file} cannot be read ({type(error).__name__}); only its holder can detokenise",
            f"无法读取令牌密钥 {key_file}，只有密钥持有人可以还原",
        ) from None


def _tokens(connection: duckdb.DuckDBPyConnection, listed: Path) -> Sequence[str]:
    try:
        rows = connection.execute(
            "select token from read_csv($path, header = true, all_varchar = true)", {"path": str(listed)}
        ).fetchall()
    except duckdb.Error:
        raise Refused(
            f"{listed} is no pushed list: it needs a column token", f"{listed} 不是推送文件，缺少 token 列"
        ) from None
    return [row[0] for row in rows]


def _read(connection: duckdb.DuckDBPyConnection, reader: str, files: list[str]) -> None:
    if files:
        options = (
            "" if reader == "read_parquet" else ", header = true, all_varchar = true, ignore_errors = true"
        )
        connection.execute(
            f"insert into landed_id select cast(customer_id as varchar) "
            f"from {reader}($files, union_by_name = true{options}) where customer_id is not null",
            {"files": files},
        )
