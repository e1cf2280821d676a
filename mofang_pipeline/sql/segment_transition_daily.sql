with

before as (

    select customer_key, province, city, segment from mart.segment_membership where day = $day_before

),

after as (

    select customer_key, province, city, segment from mart.segment_membership where day = $day

),

-- S(x1, p0): the day's data under the rules of the day before, of those customers whose rules are not the same.
earlier as (

    {earlier}

),

matched as (

    select
        before.province as province_before,
        before.city as city_before,
        before.segment as segment_before,
        after.province,
        after.city,
        after.segment,
        coalesce(earlier.segment, after.segment) as segment_under_earlier,
        coalesce(after.customer_key, before.customer_key) as customer_key,
        before.province is not distinct from after.province and before.city is not distinct from after.city as stayed
    from before
    full outer join after on before.customer_key = after.customer_key
    left join earlier on after.customer_key = earlier.customer_key

),

-- Who stays in a city is one row; who moves leaves one and enters the other.
moves as (

    select
        province,
        city,
        segment_before as from_segment,
        segment as to_segment,
        case
            when segment_under_earlier = segment_before and segment = segment_before then 'same'
            when segment_under_earlier = segment then 'behaviour'
            when segment_under_earlier = segment_before then 'rule'
            else 'both'
        end as cause,
        customer_key,
        true as is_counted_after
    from matched
    where stayed
    union all
    select
        province_before as province,
        city_before as city,
        segment_before as from_segment,
        case when segment is null then '(closed)' else '(moved out)' end as to_segment,
        'population' as cause,
        customer_key,
        false as is_counted_after
    from matched
    where not stayed and segment_before is not null
    union all
    select
        province,
        city,
        case when segment_before is null then '(new)' else '(moved in)' end as from_segment,
        segment as to_segment,
        'population' as cause,
        customer_key,
        true as is_counted_after
    from matched
    where not stayed and segment is not null

),

tree_of_province as (

    select province, tree from {trees} as held

),

split as (

    select tree, leaf_a, leaf_b, split_node from {splits} as pair

),

-- What a customer is worth is taken from the day on which the row counts the customer: for who left, the day before.
worth as (

    select day = $day as is_counted_after, customer_key, aum_fen, pay_amt_30d
    from mart.customer_wide
    where day in ($day, $day_before)

)

select
    cast($day as date) as day,
    moves.province,
    moves.city,
    moves.from_segment,
    moves.to_segment,
    moves.cause,
    count(*) as customers,
    cast(coalesce(sum(worth.aum_fen), 0) as bigint) as aum_fen,
    cast(coalesce(sum(worth.pay_amt_30d), 0) as bigint) as pay_amt_30d,
    split.split_node
from moves
left join worth on moves.customer_key = worth.customer_key and moves.is_counted_after = worth.is_counted_after
left join tree_of_province on moves.province = tree_of_province.province
left join split
    on tree_of_province.tree = split.tree and moves.from_segment = split.leaf_a and moves.to_segment = split.leaf_b
where $all_provinces or list_contains($provinces, moves.province)
group by moves.province, moves.city, moves.from_segment, moves.to_segment, moves.cause, split.split_node
