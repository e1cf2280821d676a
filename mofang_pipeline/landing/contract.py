"""The landing contract as data: every table, its columns and their rules.

A new column or a new value in a list is a change here and nowhere else. No SQL that reads or writes lives here.
"""

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "integer", "date", "timestamp", "boolean"]
Stored = Literal["plain", "hashed", "customer", "account", "dropped"]

SQL_TYPES: dict[Type, str] = {
    "string": "varchar",
    "integer": "bigint",
    "date": "date",
    "timestamp": "timestamp",
    "boolean": "boolean",
}
AMOUNT = (1, 10**13)  # fen
POSTING = (-(10**13), 10**13)  # fen; refunds are negative


@dataclass(frozen=True)
class Column:
    """One column of a file, and what becomes of it.

    `stored`: plain as it is; hashed `x_id` becomes `x_key uuid` (md5); customer and account become
    surrogate keys; dropped never leaves this step. `default` is SQL over the converted columns and their
    `<name>_given` flags.
    """

    name: str
    type: Type = "string"
    required: bool = False
    allowed: tuple[str, ...] = ()
    bounds: tuple[int, int] | None = None
    default: str | None = None
    stored: Stored = "plain"

    @property
    def landed(self) -> str:
        """Name in the lake."""
        return self.name if self.stored in ("plain", "dropped") else self.name.removesuffix("_id") + "_key"

    @property
    def landed_type(self) -> str:
        if self.stored == "hashed":
            return "uuid"
        return "bigint" if self.stored in ("customer", "account") else SQL_TYPES[self.type]

    @property
    def is_personal(self) -> bool:
        return self.stored in ("customer", "account", "dropped")


@dataclass(frozen=True)
class Table:
    """One landed table. `occurs` names an event's own time; without it the table is a dimension (an upsert a day)."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    occurs: str | None = None
    has_control_totals: bool = False

    @property
    def is_event(self) -> bool:
        return self.occurs is not None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.stored != "dropped")

    @property
    def content(self) -> tuple[str, ...]:
        """Landed columns by which two versions of one row are compared."""
        return tuple(column.landed for column in self.stored_columns)

    @property
    def owner_is_derived(self) -> bool:
        """The row names an account only: its customer is the account's, at load."""
        return self.names_a("account") and not self.names_a("customer")

    def names_a(self, kind: Stored) -> bool:
        return any(column.stored == kind for column in self.columns)

    @property
    def landed(self) -> tuple[tuple[str, str], ...]:
        """(name, type) of every landed column beside dt, load_id and seq."""
        stored = [(column.landed, column.landed_type) for column in self.stored_columns]
        if self.owner_is_derived:
            stored.append(("customer_key", "bigint"))
        if self.is_event:
            stored += [("event_day", "date"), ("known_day", "date"), ("sign", "smallint")]
        return tuple(stored)

    @property
    def landed_key(self) -> tuple[str, ...]:
        """Key of a version in the lake: an event's own key; a dimension's key and day."""
        key = tuple(column.landed for column in self.columns if column.name in self.key)
        return key if self.is_event else (*key, "dt")


CUSTOMER_ID = Column("customer_id", required=True, stored="customer")
ACCOUNT_ID = Column("account_id", required=True, stored="account")
UPDATED_AT = Column("updated_at", "timestamp")
RAIL = Column("rail", allowed=("NUCC", "UNIONPAY"))
AMOUNT_FEN = Column("amount_fen", "integer", required=True, bounds=AMOUNT)


def _required(name: str, type_: Type = "string", *allowed: str) -> Column:
    return Column(name, type_, required=True, allowed=allowed)


def _optional(name: str, type_: Type = "string", *allowed: str) -> Column:
    return Column(name, type_, allowed=allowed)


def _hashed(name: str, *, required: bool = False) -> Column:
    return Column(name, required=required, stored="hashed")


def _personal(name: str) -> Column:
    return Column(name, stored="dropped")


CUSTOMER = Table(
    "customer",
    key=("customer_id",),
    columns=(
        CUSTOMER_ID,
        _required("province_code"),
        _optional("city_code"),
        _required("opened_on", "date"),
        _required("status", "string", "active", "frozen", "closed", "deceased"),
        _optional("birth_date", "date"),
        _optional("gender", "string", "F", "M"),
        _optional("is_rural", "boolean"),
        _personal("id_number"),
        _personal("mobile"),
        _personal("full_name"),
        Column("has_mobile", "boolean", default="mobile_given"),
        _optional("consent_marketing", "boolean"),
        _optional("id_expires_on", "date"),
        UPDATED_AT,
    ),
)
ACCOUNT = Table(
    "account",
    key=("account_id",),
    columns=(
        ACCOUNT_ID,
        CUSTOMER_ID,
        _required("opened_on", "date"),
        _optional("closed_on", "date"),
        Column("status", allowed=("active", "frozen", "closed"), default="'active'"),
        _optional("account_class", "string", "I", "II", "III"),
        Column("bindable", "boolean", default="true"),
        UPDATED_AT,
    ),
)
AGREEMENT = Table(
    "agreement",
    key=("agreement_id", "event", "event_at"),
    occurs="event_at",
    columns=(
        _hashed("agreement_id", required=True),
        ACCOUNT_ID,
        _required("institution_code"),
        RAIL,
        _required("event", "string", "sign", "terminate"),
        _required("event_at", "timestamp"),
    ),
)
PAYMENT = Table(
    "payment",
    key=("txn_id",),
    occurs="paid_at",
    columns=(
        _hashed("txn_id", required=True),
        ACCOUNT_ID,
        _required("paid_at", "timestamp"),
        AMOUNT_FEN,
        _optional("institution_code"),
        _hashed("agreement_id"),
        RAIL,
        _optional("mcc"),
        Column("kind", allowed=("purchase", "transfer", "topup", "refund"), default="'purchase'"),
        Column("status", allowed=("success", "failed"), default="'success'"),
        _optional("fail_reason", "string", "insufficient_balance", "limit", "risk", "other"),
        _hashed("original_txn_id"),
    ),
)
BALANCE = Table(
    "balance", key=("account_id",), columns=(ACCOUNT_ID, _required("deposit_fen", "integer"), UPDATED_AT)
)
HOLDING = Table(
    "holding", key=("customer_id",), columns=(CUSTOMER_ID, _required("aum_fen", "integer"), UPDATED_AT)
)
INFLOW = Table(
    "inflow",
    key=("inflow_id",),
    occurs="received_at",
    columns=(
        _hashed("inflow_id", required=True),
        ACCOUNT_ID,
        _required("received_at", "timestamp"),
        AMOUNT_FEN,
        _optional("kind", "string", "payroll", "pension", "subsidy", "crop", "transfer"),
    ),
)
CAMPAIGN_CONTACT = Table(
    "campaign_contact",
    key=("contact_id",),
    occurs="event_at",
    columns=(
        _hashed("contact_id", required=True),
        _required("campaign_id"),
        CUSTOMER_ID,
        _optional("channel", "string", "sms", "app", "wechat", "call"),
        _required("event", "string", "sent", "delivered", "opened", "clicked", "complained", "failed"),
        _required("event_at", "timestamp"),
    ),
)
# Who must not be contacted, whatever they once consented to: the last row of a customer says so or takes it back.
DO_NOT_CONTACT = Table(
    "do_not_contact",
    key=("customer_id",),
    columns=(CUSTOMER_ID, _required("listed", "boolean"), UPDATED_AT),
)
PUSH_RECEIPT = Table(
    "push_receipt",
    key=("receipt_id",),
    occurs="received_at",
    columns=(
        _required("receipt_id"),
        _required("push_id"),
        _required("token"),
        _required("outcome", "string", "accepted", "rejected"),
        _optional("reason"),
        _required("received_at", "timestamp"),
    ),
)
REWARD_GRANT = Table(
    "reward_grant",
    key=("grant_id",),
    occurs="granted_at",
    columns=(
        _required("grant_id"),
        _required("campaign_id"),
        CUSTOMER_ID,
        _optional("reward_code"),
        AMOUNT_FEN,
        _required("granted_at", "timestamp"),
    ),
)
# A statement or posting without its grant or campaign is a finding of reconciliation, not a broken row.
REWARD_STATEMENT = Table(
    "reward_statement",
    key=("statement_id",),
    occurs="event_at",
    has_control_totals=True,
    columns=(
        _required("statement_id"),
        _required("institution_code"),
        _optional("grant_id"),
        _optional("campaign_id"),
        _optional("reward_code"),
        _required("event", "string", "redeem", "refund"),
        AMOUNT_FEN,
        _required("event_at", "timestamp"),
        _hashed("txn_id"),
    ),
)
REWARD_LEDGER = Table(
    "reward_ledger",
    key=("entry_id",),
    occurs="posted_on",
    columns=(
        _required("entry_id"),
        _optional("statement_id"),
        _optional("campaign_id"),
        Column("amount_fen", "integer", required=True, bounds=POSTING),
        _required("posted_on", "date"),
    ),
)

# In the order of loading: customers are known before accounts, accounts before what happens on them.
TABLES = (
    CUSTOMER, ACCOUNT, AGREEMENT, PAYMENT, BALANCE, HOLDING, INFLOW, CAMPAIGN_CONTACT, DO_NOT_CONTACT,
    PUSH_RECEIPT, REWARD_GRANT, REWARD_STATEMENT, REWARD_LEDGER,
)  # fmt: skip
BY_NAME = {table.name: table for table in TABLES}
