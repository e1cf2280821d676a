-- One row per day, organisation and node: customers, share of the parent and changes, with a readable label.
-- Counts too small for the reader's role are null, and a dash in labels.
with profile as (
    select
        day,
        org_code,
        node_id,
        parent_id,
        depth,
        is_leaf,
        customers,
        share_of_parent,
        change_1d,
        change_7d,
        change_30d
    from lake.mart.segment_profile_daily
),

named as (
    select
        profile.*,
        day_option.day_text,
        organisation.org_name_zh,
        organisation.org_name_en,
        organisation.org_level,
        label.sort_order,
        label.tree_id,
        label.tree_parent_id,
        label.condition,
        coalesce(label.family, 'O') as family,
        coalesce(label.code, '') as code,
        coalesce(label.name_zh, profile.node_id) as name_zh,
        coalesce(label.name_en, profile.node_id) as name_en,
        coalesce(label.node_zh, profile.node_id) as node_zh,
        coalesce(label.node_en, profile.node_id) as node_en
    from profile
    inner join lake.serving.day_option on profile.day = day_option.day
    inner join lake.serving.organisation_option as organisation on profile.org_code = organisation.org_code
    left join lake.serving.rule_version
        on profile.day = rule_version.day and profile.org_code = rule_version.org_code
    left join lake.serving.node_label as label
        on profile.org_code = label.org_code and rule_version.rule_version = label.rule_version
        and profile.node_id = label.node_id
),

labelled as (
    select
        *,
        node_zh || ' ' || coalesce(lake.serving.count_zh(customers), '–')
        || coalesce(' (' || lake.serving.share(share_of_parent) || ')', '')
        || coalesce(' ' || lake.serving.signed_zh(change_1d), '') as label_zh,
        node_en || ' ' || coalesce(lake.serving.count_en(customers), '–')
        || coalesce(' (' || lake.serving.share(share_of_parent) || ')', '')
        || coalesce(' ' || lake.serving.signed_en(change_1d), '') as label_en
    from named
)

select * from labelled
