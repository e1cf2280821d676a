-- Sums over each arm's and stratum's customers of a metric in one period (y) and in another (x). Whole numbers.
with

pair as (

    select
        customer_key,
        metric,
        sum(case when period = $period then value else 0 end) as y,
        sum(case when period = $before then value else 0 end) as x
    from campaign_measure
    group by customer_key, metric

)

select
    subject.arm,
    subject.stratum,
    pair.metric,
    sum(pair.y) as y,
    sum(pair.y * pair.y) as yy,
    sum(pair.x) as x,
    sum(pair.x * pair.x) as xx,
    sum(pair.x * pair.y) as xy
from pair
inner join campaign_subject as subject on pair.customer_key = subject.customer_key
group by subject.arm, subject.stratum, pair.metric
