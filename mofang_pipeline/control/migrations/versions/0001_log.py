"""The log and its head. Only the newest entry can be added; nothing can be changed or taken away."""

from alembic import op

revision = "0001_log"
down_revision = None

LOG = """
create table log_entry (
    seq bigint primary key check (seq > 0),
    recorded_at timestamptz not null,
    actor text not null,
    action text not null,
    subject text not null,
    org_code text,
    payload text not null, -- canonical JSON, exactly as hashed
    previous_hash text not null,
    hash text not null unique
);
create index on log_entry (action, seq);
create index on log_entry (subject, seq);

-- Where the log ends, so that a tail cut off is found too.
create table log_head (
    only_row boolean primary key default true check (only_row),
    seq bigint not null,
    hash text not null
);
insert into log_head (seq, hash) values (0, '');
"""
GUARDS = """
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'the log is append-only: % on % is refused', tg_op, tg_table_name;
end $$;
create trigger append_only before update or delete or truncate on log_entry
    for each statement execute function refuse_change();
create trigger stays before delete or truncate on log_head
    for each statement execute function refuse_change();
"""


def upgrade() -> None:
    op.execute(LOG)
    op.execute(GUARDS)
