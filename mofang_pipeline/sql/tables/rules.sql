-- The tree that a day's leaves hang from, by its content; a day keeps its tree when the tree changes later.
create table if not exists int.tree_of_day (day date, tree varchar);

create table if not exists int.tree_ancestor (
    tree varchar, leaf varchar, node_id varchar, depth integer, hq_leaf varchar
);

-- Who set what, from which day, known since when; who approved it. Written from the control log at publication.
create table if not exists mart.parameter_change (
    change_id bigint, -- the log's entry that proposed it
    seq bigint, -- the log's entry that put it in force; NULL: not, or not yet
    status varchar, -- 'approved', 'proposed' or 'rejected'
    org_code varchar,
    parameter varchar,
    value varchar, -- as written, money in yuan; 'inherit': the value of the organisation above holds again
    effective_from date, -- NULL: from the beginning
    withdrawn boolean, -- what was set from that very day is taken back
    proposed_at timestamp, -- UTC
    recorded_at timestamp, -- UTC: since when it is known as it is
    changed_by varchar,
    approved_by varchar, -- NULL for files, which are reviewed in git
    reason varchar
);

create table if not exists mart.audit_log (
    seq bigint,
    recorded_at timestamp, -- UTC
    actor varchar,
    action varchar,
    subject varchar,
    org_code varchar,
    reason varchar,
    previous_hash varchar,
    hash varchar
);

-- What a rule version is for an organisation; its tree is in mart.segment_node under the same two columns.
create table if not exists mart.rule_version (
    rule_version varchar,
    org_code varchar,
    tree varchar,
    parameter_values varchar -- JSON: parameter -> value (money in fen), level and organisation that set it
);

-- A made-up customer for each leaf, as the proof found it; of one organisation of the version, and of those that differ.
create table if not exists mart.rule_version_example (
    rule_version varchar,
    org_code varchar,
    leaf varchar,
    customer varchar -- JSON: columns of customer_wide that are not NULL
);

-- Which computed days were computed again under later rules; what they were before is in mart.superseded_*.
create table if not exists mart.restatement (
    name varchar,
    day date,
    province varchar,
    rules_before bigint, -- entries of the control log
    rules_after bigint,
    ordered_by varchar,
    ordered_at timestamp, -- UTC
    reason varchar
);

create table if not exists mart.superseded_segment_membership as
select cast(null as varchar) as restatement, * from mart.segment_membership where false;

create table if not exists mart.superseded_segment_transition_daily as
select cast(null as varchar) as restatement, * from mart.segment_transition_daily where false;

create table if not exists mart.superseded_segment_profile as
select cast(null as varchar) as restatement, * from int.segment_profile where false;
