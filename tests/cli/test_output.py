"""Rows as table, JSON and CSV."""

import json
from datetime import date
from decimal import Decimal

import pytest

from mofang_pipeline.cli.output import Format, Rows, show

VALUES = {"a": [1, None]}
ROWS = Rows(
    ("day", "name", "customers", "share", "is_leaf", "values"),
    [
        (date(2026, 6, 30), "全部, 客户", 12, 0.5, True, VALUES),
        (None, '[bold]"x"', Decimal("3"), float("nan"), False, None),
    ],
)


def test_json_is_a_list_of_objects(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, Format.json)
    assert json.loads(capsys.readouterr().out) == [
        {
            "day": "2026-06-30",
            "name": "全部, 客户",
            "customers": 12,
            "share": 0.5,
            "is_leaf": True,
            "values": VALUES,
        },
        {"day": None, "name": '[bold]"x"', "customers": 3, "share": None, "is_leaf": False, "values": None},
    ]


def test_no_rows_are_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    show(Rows(("a",), []), Format.json)
    assert capsys.readouterr().out == "[]\n"


def test_csv_quotes_and_leaves_unknown_empty(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, Format.csv)
    assert capsys.readouterr().out.splitlines() == [
        "day,name,customers,share,is_leaf,values",
        '2026-06-30,"全部, 客户",12,0.5,true,"{""a"": [1, null]}"',
        ',"[bold]""x""",3,,false,',
    ]


def test_table_shows_markup_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    show(ROWS, Format.table)
    assert '[bold]"x"' in capsys.readouterr().out


def test_table_is_never_cut(capsys: pytest.CaptureFixture[str]) -> None:
    show(Rows(("name",), [("n" * 500,)]), Format.table)
    assert "n" * 500 in capsys.readouterr().out


def test_a_long_table_says_how_many_rows_are_left(capsys: pytest.CaptureFixture[str]) -> None:
    show(Rows(("n",), [(n,) for n in range(1500)]), Format.table)
    assert "500 more rows" in capsys.readouterr().err
