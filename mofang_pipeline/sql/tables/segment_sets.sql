-- One row per set and version; the newest version of a set that is not deleted is_latest.
create table if not exists mart.segment_set (
    set_id varchar,
    version integer,
    is_latest boolean,
    name_zh varchar,
    name_en varchar,
    owner_org varchar,
    owner_user varchar,
    kind varchar, -- 'rolling' or 'frozen'
    as_of date, -- of a frozen one
    members varchar,
    condition varchar,
    from_segment varchar,
    to_segment varchar,
    flow_days integer,
    share_with varchar, -- organisation codes, joined by commas
    expires_on date,
    content_hash varchar,
    origin varchar, -- 'file', 'cli' or 'portal'
    saved_by varchar,
    saved_at varchar
);

-- One row per set version, day and member; a frozen version has rows on its as_of day alone.
create table if not exists mart.segment_set_member (
    day date,
    set_id varchar,
    version integer,
    kind varchar,
    province varchar,
    city varchar,
    customer_key bigint
);

-- Frozen versions whose members are written; they are never written again.
create table if not exists int.segment_set_fixed (set_id varchar, version integer, day date);

create table if not exists mart.segment_set_size_daily (
    day date, set_id varchar, version integer, province varchar, city varchar, customers bigint
);

create table if not exists mart.segment_set_overlap_daily (
    day date,
    set_a varchar,
    version_a integer,
    set_b varchar,
    version_b integer,
    province varchar,
    city varchar,
    customers bigint
);
