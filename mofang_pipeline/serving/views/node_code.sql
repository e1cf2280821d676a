-- One row per node: its family letter (A to G, X; O where it spans several) and its short code, such as D3, D or C–G.
with leaf as (
    select
        node_id,
        depth,
        hq_leaf,
        case when regexp_matches(hq_leaf, '^[A-Z][0-9]+$') then left(hq_leaf, 1) end as letter
    from lake.mart.segment_ancestor
),

spanned as (
    select
        node_id,
        depth,
        count(*) = count(letter) as is_lettered,
        min(hq_leaf) as first_leaf,
        max(hq_leaf) as last_leaf,
        min(letter) as first_letter,
        max(letter) as last_letter
    from leaf
    group by node_id, depth
),

coded as (
    select
        node_id,
        case when is_lettered and first_letter = last_letter then first_letter else 'O' end as family,
        case
            when depth = 0 or not is_lettered then ''
            when first_leaf = last_leaf then first_leaf || ' '
            when first_letter = last_letter then first_letter || ' '
            else first_letter || '–' || last_letter || ' '
        end as code
    from spanned
)

select * from coded
