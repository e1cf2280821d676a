"""Arms by salted hash: the engine and Python agree, shares are met, salts are independent."""

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofang_pipeline import assignment


@given(st.text(max_size=20), st.text(max_size=70).filter(lambda text: "\0" not in text))
def test_engine_and_python_agree(salt: str, token: str) -> None:
    row = duckdb.execute(
        f"select {assignment.place_sql('$salt', '$token')}", {"salt": salt, "token": token}
    ).fetchone()
    assert row == (assignment.place(salt, token),)


def test_a_place_never_changes() -> None:
    assert assignment.place("spring", "0" * 64) == 2279121977


def test_shares_are_met() -> None:
    shares = {"treatment": 0.9, "control": 0.1}
    arms = [assignment.arm("spring", str(number), shares) for number in range(20_000)]
    assert abs(arms.count("control") / 20_000 - 0.1) < 0.01
    assert None not in arms


def test_shares_beyond_one_are_refused() -> None:
    with pytest.raises(ValueError, match="sum to 1"):
        assignment.ranges({"a": 0.7, "b": 0.4})
