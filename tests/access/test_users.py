"""Which users are allowed, and who a Superset user is to Mofang; without Superset."""

from types import SimpleNamespace

import pytest
from viewers import NobodyError, viewer_of

from mofang_pipeline.home import Home
from mofang_pipeline.refusals import Refused
from mofang_pipeline.users import Wanted, add, read_file

HOME = Home()
REFUSED = [
    (Wanted("li", "540000", "manager"), "role manager"),
    (Wanted("li", "999999", "branch_analyst"), "org 999999"),
    (Wanted("li", "540000", "hq_analyst"), "is for hq"),
    (Wanted("li", "000000", "branch_analyst"), "tier1 or tier2"),
    (Wanted("li", "540100", "postal"), "is for tier1"),
    (Wanted("admin", "540000", "branch_analyst"), "choose another name"),
]


@pytest.mark.parametrize(("wanted", "reason"), REFUSED)
def test_what_makes_no_sense_is_refused_before_superset_is_asked(wanted, reason):
    with pytest.raises(Refused, match=reason):
        add(HOME, "tests", [wanted])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "user,org,role\nli,540000,branch_analyst\n,530100,branch_approver\n"),
        (
            "people.yaml",
            "- {user: li, org: 540000, role: branch_analyst}\n- {org: 530100, role: branch_approver}\n",
        ),
    ],
)
def test_a_file_of_users(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    assert read_file(path) == [
        Wanted("li", "540000", "branch_analyst"),
        Wanted("branch_approver_530100", "530100", "branch_approver"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("people.csv", "user,org\nli,540000\n", "entry 1: role is missing"),
        ("people.yaml", "user: li", "must be a list"),
        ("people.yaml", "- li", "entry 1: not a user"),
        ("people.yaml", "- {user: [", "not YAML"),
    ],
)
def test_a_broken_file_names_the_entry(tmp_path, name, text, reason):
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(Refused, match=reason):
        read_file(path)


def user(*roles, active=True):
    return SimpleNamespace(
        username="li", is_active=active, roles=[SimpleNamespace(name=role) for role in roles]
    )


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (("branch_analyst", "org 540000"), ("branch_analyst", "540000")),
        (("org 000000", "Gamma", "hq_approver"), ("hq_approver", "000000")),
        (("Admin", "org 000000"), ("admin", "000000")),
    ],
)
def test_one_role_and_one_organisation(roles, expected):
    assert viewer_of(user(*roles)) == expected


@pytest.mark.parametrize(
    "nobody",
    [
        user(),
        user("branch_analyst"),
        user("org 540000"),
        user("branch_analyst", "org 540000", "org 530000"),
        user("branch_analyst", "postal", "org 540000"),
        user("branch_analyst", "org 540000", active=False),
        user("Public"),
        None,
    ],
)
def test_anybody_else_is_nobody(nobody):
    with pytest.raises(NobodyError):
        viewer_of(nobody)
