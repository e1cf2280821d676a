"""The cases beside the models (dbt_project/models/**/*_cases.yml), run by dbt itself."""

import pytest

from tests.dbt.conftest import Dbt

CASES = (
    "a_month_is_skipped",
    "days_29_30_31_and_89_90_91",
    "gaps_between_payment_days",
    "month_turns",
    "ninety_two_days_at_once",
    "signed_terminated_signed_again",
    "thirty_days_by_institution",
    "what_a_row_counts_as",
    "what_became_known_today",
    "what_goes_into_the_ledger",
    "what_refunds_take_back",
)


@pytest.fixture(scope="module")
def outcomes(dbt: Dbt) -> dict[str, str]:
    """By case: `pass`, or what dbt says of it."""
    done = dbt("test", "--select", "test_type:unit")
    return {each.node.name: each.message or str(each.status) for each in done.result}


@pytest.mark.parametrize("case", CASES)
def test_case(outcomes: dict[str, str], case: str) -> None:
    assert outcomes[case] == "pass"


def test_all_cases_are_listed_here(outcomes: dict[str, str]) -> None:
    assert sorted(outcomes) == sorted(CASES)
