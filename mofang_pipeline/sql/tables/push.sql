-- One row per push, as the log has it; read through mart.push_manifest.
create table if not exists int.push (
    push_id varchar,
    set_id varchar,
    version integer,
    channel varchar,
    as_of date,
    org_code varchar,
    campaign varchar,
    status varchar, -- 'begun' or 'handed_over'
    pushed_by varchar,
    destinations varchar,
    candidates bigint,
    no_consent bigint,
    do_not_contact bigint,
    frequency_cap bigint,
    higher_priority bigint,
    holdout bigint,
    pushed bigint,
    files bigint,
    file_list varchar, -- JSON
    set_versions varchar, -- JSON
    rule_versions varchar, -- JSON
    key_id varchar,
    expires_on date
);

-- One row per push and candidate, with what became of it.
create table if not exists int.push_row (
    as_of date,
    push_id varchar,
    set_id varchar,
    version integer,
    channel varchar,
    customer_key bigint,
    token varchar,
    province varchar,
    city varchar,
    outcome varchar -- 'pushed', or why not
);

-- One row per day, push and pushed customer who is no longer in the set on that day.
create table if not exists mart.push_leaver (
    day date,
    push_id varchar,
    province varchar,
    city varchar,
    customer_key bigint,
    token varchar,
    cause varchar -- 'behaviour': stop, it worked or is gone; 'rule': the definition moved
);
