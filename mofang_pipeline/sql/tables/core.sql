-- Tables that Python steps write, beside those that dbt declares and those of landing (landing/).
create table if not exists int.computed_day (
    kind varchar, -- 'ledger', 'state', 'wide', 'segments' or 'published'
    day date,
    province varchar, -- '' but for 'segments'
    load_id bigint -- the last load that the day's rows know
);

create table if not exists mart.organisation (
    org_code varchar, parent_code varchar, level varchar, name_zh varchar, name_en varchar
);

create table if not exists mart.institution (
    institution_code varchar, name_zh varchar, name_en varchar, valid_from date, valid_to date
);

create table if not exists mart.segment_node (
    rule_version varchar,
    org_code varchar,
    node_id varchar,
    parent_id varchar,
    depth integer,
    is_leaf boolean,
    hq_leaf varchar,
    name_zh varchar,
    name_en varchar,
    condition varchar,
    sort_order integer
);

create table if not exists mart.rule_version_day (day date, org_code varchar, rule_version varchar);

create table if not exists mart.segment_ancestor (leaf varchar, node_id varchar, depth integer, hq_leaf varchar);

create table if not exists mart.segment_membership (
    day date,
    province varchar,
    city varchar,
    customer_key bigint,
    segment varchar,
    hq_segment varchar,
    rule_version varchar
);

create table if not exists mart.segment_transition_daily (
    day date,
    province varchar,
    city varchar,
    from_segment varchar,
    to_segment varchar,
    cause varchar,
    customers bigint,
    aum_fen bigint,
    pay_amt_30d bigint,
    split_node varchar
);

create table if not exists int.segment_profile (
    day date,
    org_code varchar,
    org_level varchar,
    node_id varchar,
    parent_id varchar,
    depth integer,
    is_leaf boolean,
    customers bigint,
    age_known bigint,
    age_sum bigint,
    aum_fen_sum bigint,
    deposit_fen_sum bigint,
    bound_institutions_sum bigint,
    pay_cnt_30d_sum bigint,
    pay_amt_30d_sum bigint,
    pay_cnt_90d_sum bigint,
    pay_amt_90d_sum bigint,
    refund_cnt_30d_sum bigint,
    fail_cnt_30d_sum bigint
);

create table if not exists mart.segment_distribution_daily (
    day date, org_code varchar, node_id varchar, dimension varchar, value varchar, customers bigint
);

create table if not exists mart.data_quality_result (
    day date,
    table_name varchar,
    check_name varchar,
    severity varchar, -- 'critical' stops what comes after; 'warning' does not
    passed boolean,
    failing_rows bigint,
    reason varchar
);

create table if not exists mart.data_quality_failure (
    day date, table_name varchar, check_name varchar, row_key varchar, reason varchar
);
