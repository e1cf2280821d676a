import pytest
from hypothesis import given
from hypothesis import strategies as st

from mofang_pipeline.generator import reference
from mofang_pipeline.generator.draws import lottery


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(1, 5000))
def test_lottery_is_within_one_ticket_of_the_shares(weights: list[float], tickets: int) -> None:
    won = lottery(weights, tickets)
    assert all(
        abs(won.count(i) - weight / sum(weights) * tickets) < 1 + 1e-6 for i, weight in enumerate(weights)
    )


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.integers(1, 5000))
def test_lottery_gives_out_every_ticket(weights: list[float], tickets: int) -> None:
    assert len(lottery(weights, tickets)) == tickets


def test_homes_without_tier2_have_no_city() -> None:
    rows = reference.home_rows([{"org_code": "330200", "parent_code": "000000", "level": "tier1"}])
    assert {row["city"] for row in rows} == {None}


def test_no_branch_is_refused() -> None:
    with pytest.raises(ValueError, match="tier1"):
        reference.home_rows([{"org_code": "000000", "parent_code": "", "level": "hq"}])


def test_an_institution_that_ends_is_nobodys_main_one() -> None:
    rows = [
        {"institution_code": "wechat", "name_zh": "微信", "valid_from": "", "valid_to": "2024-01-01"},
        {"institution_code": "alipay", "name_zh": "支付宝", "valid_from": "", "valid_to": ""},
    ]
    wallets = reference.read_institutions(rows)
    assert {wallets[order[0]].code for order in reference.habits(wallets)} == {"alipay"}
