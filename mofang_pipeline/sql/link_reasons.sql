-- The customers of one link, one by one, with both days' rows and rules; each predicate asked at the fork is evaluated on
-- the first day, on the last day's data under the first day's rules, and on the last day. What flipped is counted.
with

earlier as (

    {earlier}

),

link as (

    select before.customer_key
    from mart.segment_membership as before
    inner join mart.segment_membership as after on before.customer_key = after.customer_key
    left join earlier on after.customer_key = earlier.customer_key
    where
        before.day = {first} and before.segment in ({from_leaves}) and {from_scope}
        and after.day = {last} and {to_segment} in ({to_leaves}) and {to_scope}

),

asked as (

    select unnest([{questions}]) as asked
    from link
    inner join mart.customer_wide as w0 on link.customer_key = w0.customer_key and w0.day = {first}
    inner join mart.customer_wide as w1 on link.customer_key = w1.customer_key and w1.day = {last}
    inner join {first_parameters} as p0 on coalesce(w0.city, w0.province) = p0.org_code
    inner join {masked_parameters} as pm on coalesce(w1.city, w1.province) = pm.org_code
    inner join {last_parameters} as p1 on coalesce(w1.city, w1.province) = p1.org_code

)

select
    asked.place,
    asked.was,
    asked.became,
    count(*) as customers,
    count_if(asked.masked is not distinct from asked.became) as customer_moved,
    count_if(asked.masked is not distinct from asked.was) as rule_changed,
    count_if(asked.masked is distinct from asked.became and asked.masked is distinct from asked.was) as both_changed,
    quantile_disc(asked.number_before, [0.25, 0.5, 0.75]) as numbers_before,
    quantile_disc(asked.number_after, [0.25, 0.5, 0.75]) as numbers_after,
    mode(asked.text_before) as text_before,
    mode(asked.text_after) as text_after,
    list_sort(list(distinct asked.threshold_before)) as thresholds_before,
    list_sort(list(distinct asked.threshold_after)) as thresholds_after
from asked
where asked.is_decided_otherwise and asked.was is distinct from asked.became
group by asked.place, asked.was, asked.became
order by customers desc, asked.place, asked.was
