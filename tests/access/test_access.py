"""What each role may do, and which organisations it sees."""

import pytest

from mofang_pipeline.access import (
    ACTIONS,
    ADMIN,
    ROLES,
    Viewer,
    below,
    may,
    sees_small_counts,
)

PARENTS = {"000000": None, "530000": "000000", "530100": "530000", "540000": "000000"}


def viewer(role: str, org_code: str = "530000") -> Viewer:
    return Viewer("li", role, org_code)


@pytest.mark.parametrize(
    ("org_code", "expected"),
    [
        ("000000", {"000000", "530000", "530100", "540000"}),
        ("530000", {"530000", "530100"}),
        ("530100", {"530100"}),
        ("999999", set()),
    ],
)
def test_an_organisation_sees_itself_and_what_is_below(org_code, expected):
    assert below(org_code, PARENTS) == expected


def test_small_counts_are_hidden_from_branches_and_the_postal_company():
    assert {role for role in ROLES if not sees_small_counts(viewer(role))} == {
        "branch_analyst", "branch_approver", "postal", "auditor",
    }  # fmt: skip


def test_an_auditor_reads_and_does_nothing():
    assert all(action.endswith(".read") for action in ACTIONS if may(viewer("auditor"), action))


def test_an_unknown_role_may_nothing_and_the_administrator_all():
    assert {may(viewer("guest"), action) for action in ACTIONS} == {False}
    assert {may(viewer(ADMIN), action) for action in ACTIONS} == {True}


def test_every_action_is_for_known_roles():
    assert {role for roles in ACTIONS.values() for role in roles} <= set(ROLES)


def test_an_unknown_action_is_an_error():
    with pytest.raises(KeyError):
        may(viewer("hq_analyst"), "numbers.raed")
