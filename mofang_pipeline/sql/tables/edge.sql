-- One row per day, organisation, leaf, change and leaf to which it would move customers; with `(any)` in place of the
-- change, per node: customers whom at least one change would move.
create table if not exists mart.segment_edge_daily (
    day date,
    org_code varchar,
    node_id varchar,
    column_name varchar, -- of customer_wide; 'time' if nothing happens for some days; '(any)'
    direction varchar, -- 'up', 'down', 'later' or '(any)'
    to_leaf varchar,
    customers bigint
);
