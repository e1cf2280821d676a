"""Who a row is about: the bank's ids become tokens (HMAC-SHA-256) and dense surrogate keys.

Keys count from 1 in the order (first dt, clear id), so they do not depend on the secret, the machine or how
the days were cut into loads. Maps from clear ids to keys are temporary tables of this connection; only tokens
and keys reach the lake.
"""

import hashlib

import duckdb

from mofang_pipeline.landing.check import UNKNOWN_ACCOUNT, UNKNOWN_CUSTOMER, code
from mofang_pipeline.landing.work import Work, number

BLOCK = 64  # bytes, of SHA-256
FOREVER = "date '9999-12-31'"
MAPS = {
    "landing_customer": "id varchar, token varchar, customer_key bigint, first_dt date",
    # An account's row per owner; it belongs to customer_key on from_dt <= dt < until_dt.
    "landing_account": "id varchar, token varchar, account_key bigint, customer_key bigint, owner_dt date, "
    "from_dt date, until_dt date",
}
CUSTOMERS = "lake.landed.customer_identity"
ACCOUNTS = "lake.landed.account_identity"


def hmac_pads(token_key: bytes) -> tuple[bytes, bytes]:
    """HMAC's inner and outer padded keys, as RFC 2104 makes them."""
    if not token_key:
        raise ValueError("the token key is empty: make one in MOFANG_HOME/secrets")
    key = hashlib.sha256(token_key).digest() if len(token_key) > BLOCK else token_key
    padded = key.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


def token(expression: str) -> str:
    """SQL: 64 hex characters for a text expression; binds $inner and $outer."""
    return f"sha256($outer || unhex(sha256($inner || encode({expression}))))"


def start_maps(connection: duckdb.DuckDBPyConnection) -> None:
    for name, columns in MAPS.items():
        connection.execute(f"create or replace temp table {name} ({columns})")


def resolve(work: Work) -> None:
    """Fills `work.resolved` from `work.checked`: keys for ids, new identities, unknown customers and
    accounts named."""
    if work.table.names_a("customer"):
        _register_customers(work)
    if work.table.name == "customer":
        _admit_customers(work)
    if work.table.names_a("account"):
        _register_accounts(work)
    if work.table.name == "account":
        _admit_accounts(work)
    work.run(_resolve_statement(work))
    work.run(f"drop table {work.checked}")


def _register_customers(work: Work) -> None:
    work.run(
        f"""insert into landing_customer
        with arrived as (select distinct customer_id as id from {work.checked} where customer_id is not null),
        fresh as (select id from arrived anti join landing_customer using (id)),
        hashed as (select id, {token("id")} as token from fresh)
        select id, token, customer_key, first_dt from hashed left join {CUSTOMERS} using (token)"""
    )


def _register_accounts(work: Work) -> None:
    work.run(
        f"""insert into landing_account
        with arrived as (select distinct account_id as id from {work.checked} where account_id is not null),
        fresh as (select id from arrived anti join landing_account using (id)),
        hashed as (select id, {token("id")} as token from fresh)
        select id, token, account_key, customer_key, owner_dt, first_dt, {FOREVER}
        from hashed left join {ACCOUNTS} using (token)"""
    )


def _admit_customers(work: Work) -> None:
    """Keys for customers seen for the first time; an earlier first_dt for those that a late file brings."""
    work.run(
        f"""create or replace temp table landing_arrival as
        select customer_id as id, min(dt) as dt from {work.checked} where problem is null group by all"""
    )
    work.run(
        f"""create or replace temp table landing_new as
        with highest as (select coalesce(max(customer_key), 0) as last_key from {CUSTOMERS}),
        fresh as (
            select id, token, dt
            from landing_arrival join landing_customer using (id)
            where customer_key is null
        )
        select id, token, dt, last_key + row_number() over (order by dt, id) as customer_key
        from fresh, highest"""
    )
    work.run(f"insert into {CUSTOMERS} select customer_key, token, dt from landing_new")
    work.run(
        """update landing_customer as known set customer_key = fresh.customer_key, first_dt = fresh.dt
        from landing_new as fresh where known.id = fresh.id"""
    )
    _admit_earlier_customers(work)


def _admit_earlier_customers(work: Work) -> None:
    work.run(
        """create or replace temp table landing_earlier as
        select id, customer_key, dt
        from landing_arrival join landing_customer using (id)
        where dt < first_dt"""
    )
    if not number(work.run("select count(*) from landing_earlier")):
        return
    for target in (CUSTOMERS, "landing_customer"):
        work.run(
            f"""update {target} as known set first_dt = earlier.dt
            from landing_earlier as earlier where known.customer_key = earlier.customer_key"""
        )


def _admit_accounts(work: Work) -> None:
    """Keys for new accounts, and who owned each account when; a late file takes no account from a later one.

    Only accounts that are new, change hands or turn up on an earlier day than before are looked at closely.
    """
    work.run(
        f"""create or replace temp table landing_named as
        select checked.account_id as id, checked.dt, arg_max(owner.customer_key, position) as customer_key
        from {work.checked} as checked
        join landing_customer as owner on owner.id = checked.customer_id and owner.first_dt <= checked.dt
        where problem is null
        group by all"""
    )
    for statement in (MOVING, NEW_ACCOUNTS, TENURES):
        work.run(statement)
    _store_accounts(work)
    work.run("delete from landing_account where id in (select id from landing_moving)")
    work.run("insert into landing_account by name select * from landing_tenure")


MOVING = """
    create or replace temp table landing_moving as
    select distinct id
    from landing_named as named join landing_account as known using (id)
    where known.account_key is null or named.customer_key <> known.customer_key or named.dt < known.from_dt"""
NEW_ACCOUNTS = f"""
    create or replace temp table landing_new as
    with highest as (select coalesce(max(account_key), 0) as last_key from {ACCOUNTS}),
    arrived as (select id, min(dt) as dt from landing_named semi join landing_moving using (id) group by id),
    fresh as (select id, token, dt from arrived join landing_account using (id) where account_key is null)
    select id, token, dt, last_key + row_number() over (order by dt, id) as account_key from fresh, highest"""
TENURES = f"""
    create or replace temp table landing_tenure as
    with moving as (select * from landing_named semi join landing_moving using (id)),
    arrived as (select id, min(dt) as first_dt from moving group by id),
    known as (
        select id, token, account_key, customer_key, owner_dt, least(from_dt, first_dt) as dt
        from landing_account join arrived using (id)
        where account_key is not null
    ),
    named as (
        select id, coalesce(known.token, fresh.token) as token,
            coalesce(known.account_key, fresh.account_key) as account_key,
            moving.customer_key, moving.dt as owner_dt, moving.dt
        from moving left join known using (id) left join landing_new as fresh using (id)
        where known.owner_dt is null or moving.dt >= known.owner_dt
    ),
    stated as (select *, 0 as step from known union all by name select *, 1 as step from named),
    changed as (
        select *, lag(customer_key) over (partition by id order by dt, step) as owner_before
        from stated
        qualify customer_key is distinct from owner_before
    )
    select id, token, account_key, customer_key, owner_dt, dt as from_dt,
        coalesce(lead(dt) over (partition by id order by dt, step), {FOREVER}) as until_dt
    from changed"""


def _store_accounts(work: Work) -> None:
    """`landing_tenure` into the lake: new accounts, and known ones with another owner or an earlier first
    day."""
    work.run(
        """create or replace temp table landing_final as
        select account_key, any_value(token) as token, min(from_dt) as first_dt,
            arg_max(customer_key, (from_dt, until_dt)) as customer_key,
            arg_max(owner_dt, (from_dt, until_dt)) as owner_dt
        from landing_tenure group by account_key"""
    )
    work.run(
        f"""insert into {ACCOUNTS} by name
        select account_key, token, customer_key, first_dt, owner_dt
        from landing_final semi join landing_new using (account_key)"""
    )
    work.run(
        """create or replace temp table landing_changed as
        select final.* from landing_final as final join landing_account as before using (account_key)
        where (final.customer_key, final.first_dt) is distinct from (before.customer_key, before.from_dt)"""
    )
    if number(work.run("select count(*) from landing_changed")):
        work.run(
            f"""update {ACCOUNTS} as known
            set customer_key = now.customer_key, first_dt = now.first_dt, owner_dt = now.owner_dt
            from landing_changed as now where known.account_key = now.account_key"""
        )


def _resolve_statement(work: Work) -> str:
    table = work.table
    keys, unknown, joins = [], [], []
    if table.names_a("customer"):
        keys.append("customer.customer_key")
        unknown.append(f"when customer.customer_key is null then {code(table, UNKNOWN_CUSTOMER)}")
        joins.append(
            """left join landing_customer as customer on customer.id = checked.customer_id
                and customer.first_dt <= checked.dt"""
        )
    if table.names_a("account"):
        keys += ["account.account_key"] + (["account.customer_key"] if table.owner_is_derived else [])
        unknown.append(f"when account.account_key is null then {code(table, UNKNOWN_ACCOUNT)}")
        joins.append(
            """left join landing_account as account on account.id = checked.account_id
                and checked.dt >= account.from_dt and checked.dt < account.until_dt"""
        )
    ids = [column.name for column in table.columns if column.stored in ("customer", "account")]
    return f"""
        create or replace temp table {work.resolved} as
        select checked.* exclude ({", ".join([*ids, "problem"])}){"".join(f", {key}" for key in keys)},
            case when problem is not null then problem {" ".join(unknown)} end as problem
        from {work.checked} as checked
        {" ".join(joins)}"""
