-- Which rules a day is computed with, by province: the entry of the control log that they stand at.
create table if not exists int.rules_of_day (day date, province varchar, seq bigint);

-- The tree that a day's leaves hang from, by its content; a day keeps its tree when the tree changes later.
create table if not exists int.tree_of_day (day date, tree varchar);

create table if not exists int.tree_ancestor (
    tree varchar, leaf varchar, node_id varchar, depth integer, hq_leaf varchar
);
