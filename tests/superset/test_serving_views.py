"""The serving views on a handful of customers, in a plain in-memory catalogue called `lake`."""

import duckdb
import pytest

from mofang_pipeline.serving import views

D0, D1, D2 = "2026-11-01", "2026-11-02", "2026-11-03"
NODES = [  # node, parent, depth, is_leaf, hq_leaf, zh, en, order
    ("root", None, 0, False, None, "全部客户", "All customers", 0),
    ("X1", "root", 1, True, "X1", "范围外", "Out of scope", 10),
    ("BOUND", "root", 1, False, None, "已绑卡", "Bound", 20),
    ("D3", "BOUND", 2, True, "D3", "高频", "Frequent", 30),
    ("E1", "BOUND", 2, True, "E1", "滑落", "Sliding", 40),
]
LOCAL = ("E1_RURAL", "E1", 3, True, "E1", "滑落·农村", "Sliding, rural", 41)
ORGANISATIONS = [
    ("000000", None, "hq", "总行", "Head office"),
    ("P1", "000000", "tier1", "甲省", "Province 1"),
    ("P2", "000000", "tier1", "乙省", "Province 2"),
    ("C1", "P1", "tier2", "一市", "City 1"),
    ("C2", "P1", "tier2", "二市", "City 2"),
]
SCHEMA = """
create table lake.mart.organisation
    (org_code varchar, parent_code varchar, level varchar, name_zh varchar, name_en varchar);
create table lake.mart.segment_node
    (node_id varchar, parent_id varchar, depth int, is_leaf boolean, hq_leaf varchar, name_zh varchar,
     name_en varchar, sort_order int, rule_version varchar, org_code varchar, condition varchar);
create table lake.mart.segment_ancestor (leaf varchar, node_id varchar, depth int, hq_leaf varchar);
create table lake.mart.rule_version_day (day date, org_code varchar, rule_version varchar);
create table lake.mart.day_status (day date, province varchar, computed boolean);
create table lake.mart.segment_membership
    (day date, customer_key bigint, province varchar, city varchar, segment varchar, hq_segment varchar);
create table lake.mart.segment_profile_daily
    (day date, org_code varchar, node_id varchar, parent_id varchar, depth int, is_leaf boolean, customers bigint,
     share_of_parent double, change_1d bigint, change_7d bigint, change_30d bigint, age_avg double,
     aum_fen_avg double, deposit_fen_avg double, bound_institutions_avg double, pay_cnt_30d_avg double,
     pay_amt_30d_avg double, refund_cnt_30d_avg double, fail_cnt_30d_avg double);
"""
ANCESTORS = [
    ("X1", "root", 0, "X1"), ("X1", "X1", 1, "X1"),
    ("D3", "root", 0, "D3"), ("D3", "BOUND", 1, "D3"), ("D3", "D3", 2, "D3"),
    ("E1", "root", 0, "E1"), ("E1", "BOUND", 1, "E1"), ("E1", "E1", 2, "E1"),
    ("E1_RURAL", "root", 0, "E1"), ("E1_RURAL", "BOUND", 1, "E1"), ("E1_RURAL", "E1", 2, "E1"),
    ("E1_RURAL", "E1_RURAL", 3, "E1"),
]  # fmt: skip


@pytest.fixture
def lake():
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as lake")
    connection.execute("create schema lake.mart")
    connection.execute(SCHEMA)
    insert(connection, "organisation", ORGANISATIONS)
    insert(connection, "segment_ancestor", ANCESTORS)
    for org, *_ in ORGANISATIONS:
        insert(connection, "segment_node", [(*node, "v1", org, "when") for node in [*NODES, LOCAL]])
        insert(connection, "rule_version_day", [(day, org, "v1") for day in (D0, D1, D2)])
    insert(connection, "day_status", [(day, "P1", True) for day in (D0, D1, D2)])
    views.create_views(connection)
    return connection


def insert(connection, table, rows):
    marks = ", ".join("?" * len(rows[0]))
    connection.executemany(f"insert into lake.mart.{table} values ({marks})", rows)


def members(connection, *rows):
    """Rows (day, customer, city, segment); the province is the city's, the main tree's leaf is the segment's."""
    province = {"C1": "P1", "C2": "P1", None: "P2"}
    insert(
        connection,
        "segment_membership",
        [
            (day, customer, province[city], city, segment, segment[:2])
            for day, customer, city, segment in rows
        ],
    )


def flow(connection, org="000000", first=D0, last=D1, level=6):
    return sorted(
        connection.execute(
            "select from_node, to_node, customers from lake.serving.flow "
            "where org_code = ? and from_day = ? and to_day = ? and level = ?",
            [org, first, last, level],
        ).fetchall()
    )


def test_head_office_counts_a_mover_once(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, None, "D3"))
    assert flow(lake) == [("D3", "D3", 1)]


def test_who_is_only_there_on_one_day_is_new_or_closed(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 2, "C1", "E1"))
    assert flow(lake) == [("(new)", "E1", 1), ("D3", "(closed)", 1)]


def test_the_window_joins_its_two_days_and_not_the_days_between(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C1", "E1"), (D2, 1, "C1", "D3"))
    assert flow(lake, last=D2) == [("D3", "D3", 1)]


def test_a_province_sees_moves_in_and_out(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, None, "E1"), (D0, 2, None, "D3"), (D1, 2, "C2", "D3"))
    assert flow(lake, org="P1") == [("(moved in)", "D3", 1), ("D3", "(moved out)", 1)]


def test_the_other_province_sees_the_same_moves_from_its_side(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, None, "E1"))
    assert flow(lake, org="P2") == [("(moved in)", "E1", 1)]


def test_a_province_takes_no_notice_of_moves_between_its_cities(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C2", "D3"))
    assert flow(lake, org="P1") == [("D3", "D3", 1)]


def test_a_city_does(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C2", "D3"))
    assert flow(lake, org="C1") == [("D3", "(moved out)", 1)]


def test_a_customer_without_a_city_is_in_no_city(lake):
    members(lake, (D0, 1, None, "D3"), (D1, 1, None, "D3"))
    assert flow(lake, org="C1") == []


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (0, [("root", "root", 2)]),
        (1, [("BOUND", "BOUND", 1), ("X1", "BOUND", 1)]),
        (2, [("D3", "E1", 1), ("X1", "D3", 1)]),
        (6, [("D3", "E1", 1), ("X1", "D3", 1)]),
    ],
)
def test_a_level_takes_the_ancestor_or_the_leaf_if_it_is_higher(lake, level, expected):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C1", "E1"), (D0, 2, "C1", "X1"), (D1, 2, "C1", "D3"))
    assert flow(lake, level=level) == expected


def test_specials_stay_themselves_on_every_level(lake):
    members(lake, (D1, 1, "C1", "D3"))
    assert flow(lake, level=0) == [("(new)", "root", 1)]


def test_branches_see_local_leaves(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C1", "E1_RURAL"))
    assert flow(lake, org="P1") == [("D3", "E1_RURAL", 1)]


def test_head_office_sees_the_main_tree_only(lake):
    members(lake, (D0, 1, "C1", "D3"), (D1, 1, "C1", "E1_RURAL"))
    assert flow(lake) == [("D3", "E1", 1)]


def test_a_window_of_one_day_moves_nobody(lake):
    members(lake, (D0, 1, "C1", "D3"), (D0, 2, None, "E1"))
    assert flow(lake, last=D0) == [("D3", "D3", 1), ("E1", "E1", 1)]


def sankey(connection):
    return connection.execute(
        "select source_zh, target_zh, customers from lake.serving.flow_sankey where org_name_zh = '总行' "
        "and from_day_text = ? and to_day_text = ? and level_zh = '第 2 层' order by all",
        [D0, D1],
    ).fetchall()


def test_small_links_become_other_and_sums_stay(lake):
    many = [(day, key, "C1", "D3") for key in range(300) for day in (D0, D1)]
    members(
        lake,
        *many,
        (D0, 300, "C1", "D3"),
        (D1, 300, "C1", "E1"),
        (D0, 301, "C1", "E1"),
        (D1, 301, "C1", "E1"),
    )
    assert sankey(lake) == [
        ("D3 高频 →", "→ D3 高频", 300),
        ("D3 高频 →", "→ 其他", 1),
        ("E1 滑落 →", "→ 其他", 1),
    ]


def test_the_matrix_names_both_sides_in_both_languages(lake):
    members(lake, (D0, 1, "C1", "D3"))
    names = lake.execute(
        "select from_label_zh, from_label_en, to_label_zh, to_label_en from lake.serving.flow_matrix "
        "where org_name_en = 'Head office' and from_day_text = ? and to_day_text = ? and level = 1",
        [D0, D1],
    ).fetchall()
    assert names == [("D–E 已绑卡", "D–E Bound", "已销户", "Closed")]


def profile(connection, node, customers, share, change):
    parents = {node[0]: node[1:4] for node in NODES}
    parent, depth, is_leaf = parents[node]
    values = (D1, "000000", node, parent, depth, is_leaf, customers, share, change, None, None, *[40.0] * 8)
    insert(connection, "segment_profile_daily", [values])


def test_labels_carry_count_share_and_change(lake):
    profile(lake, "root", 123456, None, -1)
    profile(lake, "D3", 1234, 0.1234, 5)
    labels = lake.execute("select label_zh, label_en from lake.serving.tree_node order by depth").fetchall()
    assert labels == [
        ("全部客户 12.3万 ▼1", "All customers 123.5k ▼1"),
        ("D3 高频 1,234 (12.3%) ▲5", "D3 Frequent 1,234 (12.3%) ▲5"),
    ]


def test_the_tree_chart_has_one_root_and_every_parent(lake):
    for node, *_ in NODES:
        profile(lake, node, 10, 0.5, 0)
    orphans = lake.execute(
        "select node.tree_id from lake.serving.tree_chart as node anti join lake.serving.tree_chart as parent "
        "on node.tree_parent_id = parent.tree_id and node.shown_depth = parent.shown_depth order by shown_depth"
    ).fetchall()
    assert orphans == [("root",), ("root",), ("root",)]


def test_the_profile_is_in_yuan_and_compares_with_parent_and_all(lake):
    profile(lake, "root", 20, None, 0)
    profile(lake, "BOUND", 10, 0.5, 2)
    row = lake.execute(
        "select value, parent_value, whole_value from lake.serving.node_profile "
        "where node_id = 'BOUND' and measure = 'aum'"
    ).fetchone()
    assert row == (0.4, 0.4, 0.4)


def test_creating_the_views_again_is_harmless(lake):
    views.create_views(lake)
    assert flow(lake) == []
