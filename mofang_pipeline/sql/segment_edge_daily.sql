with

counted as (

    {counted}

),

-- Head office sees the main tree only: a move between local leaves of one main leaf is none for it.
organised as (

    select
        organisation.org_code, counted.hq_leaf as leaf, column_name, direction, to_hq_leaf as to_leaf,
        customers_hq as customers
    from counted
    inner join mart.organisation as organisation on organisation.level = 'hq'
    where counted.customers_hq > 0
    union all
    select province as org_code, segment as leaf, column_name, direction, to_leaf, customers from counted
    union all
    select city as org_code, segment as leaf, column_name, direction, to_leaf, customers
    from counted
    where city is not null

),

ancestor as (

    select tree.leaf, tree.node_id
    from int.tree_ancestor as tree
    inner join int.tree_of_day as of_day on tree.tree = of_day.tree
    where of_day.day = {day}

),

-- How many are near any edge is told of inner nodes too, as the sum over their leaves.
summed as (

    select
        organised.org_code,
        ancestor.node_id,
        organised.column_name,
        organised.direction,
        organised.to_leaf,
        sum(organised.customers) as customers
    from organised
    inner join ancestor
        on organised.leaf = ancestor.leaf and (organised.to_leaf = '(any)' or ancestor.node_id = organised.leaf)
    group by organised.org_code, ancestor.node_id, organised.column_name, organised.direction, organised.to_leaf

)

select
    cast({day} as date) as day,
    org_code,
    node_id,
    column_name,
    direction,
    to_leaf,
    cast(customers as bigint) as customers
from summed
order by org_code, node_id, column_name, direction, to_leaf
