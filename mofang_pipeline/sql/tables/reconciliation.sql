-- Reconciliation of campaign rewards: sums of every class, and the items that somebody has to look at, by day.
create table if not exists mart.campaign_reconciliation (
    day date,
    campaign varchar,
    class varchar,
    place integer, -- of the class in the order of precedence
    items bigint,
    grant_rows bigint,
    grant_fen bigint,
    statement_rows bigint,
    statement_fen bigint, -- redemptions and refunds, both positive
    ledger_rows bigint,
    ledger_fen bigint -- refunds negative
);

-- Read through the view mart.campaign_break, which adds what people decided.
create table if not exists int.campaign_break (
    day date,
    campaign varchar,
    class varchar,
    item_kind varchar, -- grant, statement, entry or match: whose id item_id is
    item_id varchar,
    grant_id varchar,
    statement_id varchar, -- the first one of the item
    entry_id varchar, -- the first one of the item
    institution_code varchar,
    grant_fen bigint,
    statement_fen bigint,
    ledger_fen bigint,
    difference_fen bigint, -- stated beyond what is owed; below 0: owed and not stated
    since date,
    age_days integer,
    net_fen bigint -- redeemed less refunded
);
alter table int.campaign_break add column if not exists net_fen bigint; -- lakes from before it

-- What a day's rows of a campaign rest on beside the landed rows: its definition, matches and terms.
create table if not exists int.reconciliation_basis (day date, campaign varchar, basis varchar);

-- One row per decision on a break and the days on which it is the latest.
create table if not exists mart.break_decision (
    campaign varchar,
    class varchar,
    item_kind varchar,
    item_id varchar,
    difference_fen bigint, -- a corrected row that changes it opens the break again
    owner varchar,
    resolution varchar,
    note varchar,
    decided_by varchar,
    valid_from date, -- as-of day of the list on which it was decided
    valid_to date -- first day on which another decision holds
);

-- Rows that a user may confirm as one item: one redemption of several grants (N-1), several of one (1-N), one posting
-- of several redemptions (N-1), several of one (1-N).
create table if not exists mart.match_suggestion (
    day date,
    campaign varchar,
    match_id varchar,
    shape varchar,
    side varchar, -- grant, statement or ledger
    reward_id varchar, -- grant_id, statement_id or entry_id
    amount_fen bigint
);
